import type { Routes } from '@angular/router';

const list = () => import('./mcp-page').then((file) => file.McpPage);

export const MCP_ROUTES: Routes = [
  { path: '', pathMatch: 'full', title: 'MCP Services', loadComponent: list },
  { path: ':service', title: 'MCP service', loadComponent: list },
  {
    path: ':service/:tool',
    title: 'Tool',
    loadComponent: () => import('./tool-page').then((file) => file.ToolPage),
  },
];
