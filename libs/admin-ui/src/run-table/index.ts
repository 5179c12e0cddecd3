export { RUN_COLUMNS, type RunColumn } from './run-columns';
export { RunTable } from './run-table';
