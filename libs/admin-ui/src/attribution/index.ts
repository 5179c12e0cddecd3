export { AttributionCard } from './attribution-card';
