export { StatusTabs, type StatusTab } from './status-tabs';
