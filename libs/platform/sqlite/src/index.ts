export { LocalCopies } from './local-copies';
export {
  ProgramSqlite,
  SQLITE_CALLS,
  type OpenCopy,
  type SqliteCall,
  type SqlitePlace,
} from './program-sqlite';
export { childrenSettings, RunCopies, SqliteChildren, type ChildrenSettings } from './sqlite-children';
