export { FilterMenu, type FilterOption } from './filter-menu';
export { SearchBox } from './search-box';
