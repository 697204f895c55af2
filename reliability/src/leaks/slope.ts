import { quantile } from '@vectrade/report/quantile'

/** A measurement: the number of streams so far, and the measured value. */
export type Point = readonly [streams: number, value: number]

/**
 * Returns the slope of the line that fits the points best. It is the median of the slopes between any two
 * points, so a single outlier does not change it.
 *
 * @see https://en.wikipedia.org/wiki/Theil%E2%80%93Sen_estimator
 */
export function slopeOf(points: readonly Point[]): number {
  const slopes = points.flatMap(([x, y], at) =>
    points.slice(at + 1).map(([x2, y2]) => (y2 - y) / (x2 - x)),
  )
  return quantile(slopes, 0.5)
}
