export { BarChart, type ChartBucket, type ChartMark, type ChartSeries, type PickedRange } from './bar-chart';
export { niceDurationMax, niceMax } from './scale';
