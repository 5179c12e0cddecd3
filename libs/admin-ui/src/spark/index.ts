export { Sparkline, type SparkBar } from './sparkline';
