export { ClearFilters } from './clear-filters';
export { facetOptions } from './facet-options';
export { IgnoredNotice } from './ignored-notice';
export { ListPager } from './list-pager';
export { listPage, type ListOptions, type ListPage, type ListState } from './list-page';
export { ListRange } from './list-range';
export { NoMatch } from './no-match';
export { pageKeys } from './page-keys';
