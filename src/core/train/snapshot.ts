/** Everything that a trainer's next step depends on, as plain arrays: flat vectors in the executor's layout (ADR 4). */
export interface Snapshot {
  /** Steps done. */
  readonly step: number
  readonly vectors: Readonly<Record<string, Float32Array>>
}

/** Names of the vectors of a snapshot; optimizer slots are `slot.<name>`. */
export const vectorNames = {
  parameters: 'parameters',
  statistics: 'statistics',
  averagedParameters: 'averaged.parameters',
  averagedStatistics: 'averaged.statistics',
  /** Scales and zero points, where they are not learned. */
  quantization: 'quantization',
  /** State of the loss scale, where there is one. */
  lossScale: 'lossScale',
  slot: (name: string): string => `slot.${name}`,
} as const
