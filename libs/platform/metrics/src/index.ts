export { counter, gauge, histogram, meterText, type Meter } from './meters';
