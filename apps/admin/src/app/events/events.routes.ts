import type { Routes } from '@angular/router';

export const EVENTS_ROUTES: Routes = [];
