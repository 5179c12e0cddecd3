export { Cell, type CellContext } from './cell';
export { nextSort, parseSort, type Column, type Sort } from './column';
export { DataTable } from './data-table';
export { NewPill } from './new-pill';
export { PAGE_SIZES, Pager, type PageMove } from './pager';
export { isInteractive, isTyping } from './row-events';
