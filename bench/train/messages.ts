/** What a child says when it is ready. */
export interface Ready {
  readonly version: string
  readonly device: string
}

/** One round: `steps` training steps, the loss of the last one read. */
export interface Round {
  readonly seconds: number
  readonly loss: number
  readonly peakMemoryBytes: number
}
