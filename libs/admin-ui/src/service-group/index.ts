export { ServiceGroup } from './service-group';
export { RecentCallsView } from './recent-calls';
export { ServiceFilters } from './service-filters';
export { serviceList, type ServiceList } from './service-list';
