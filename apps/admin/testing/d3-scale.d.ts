/** The part that a test compares our own calculation with; the package comes with the chart library, without types. */
declare module 'd3-scale' {
  export interface ScaleBand<Domain> {
    (value: Domain): number | undefined;
    rangeRound(range: readonly [number, number]): this;
    paddingInner(padding: number): this;
    domain(domain: readonly Domain[]): this;
    bandwidth(): number;
  }
  export function scaleBand<Domain>(): ScaleBand<Domain>;
}
