export { ServiceGroup } from './service-group';
export { RecentCallsView } from './recent-calls';
