import type { Routes } from '@angular/router';

export const KEYS_ROUTES: Routes = [];
