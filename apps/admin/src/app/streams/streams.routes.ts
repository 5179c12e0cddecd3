import type { Routes } from '@angular/router';

export const STREAMS_ROUTES: Routes = [];
