export { DataList } from './data-list';
