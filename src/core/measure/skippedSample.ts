/** A sample that could not be read, and why. */
export interface SkippedSample {
  readonly path: string
  readonly reason: string
}
