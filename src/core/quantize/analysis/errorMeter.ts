/** Adds up how far values are from their reference. */
export interface ErrorMeter {
  add(reference: Float32Array, values: Float32Array): void
  /** Signal to noise in dB, null where nothing differs, and the cosine between both. */
  error(): { readonly sqnrDb: number | null; readonly cosine: number }
}

export function createErrorMeter(): ErrorMeter {
  let [signal, noise, dot, power] = [0, 0, 0, 0]
  return {
    add(reference, values) {
      for (let index = 0; index < reference.length; index++) {
        const [a, b] = [reference[index]!, values[index]!]
        signal += a * a
        noise += (a - b) ** 2
        dot += a * b
        power += b * b
      }
    },
    error: () => ({
      sqnrDb: noise === 0 ? null : 10 * Math.log10(Math.max(signal, Number.MIN_VALUE) / noise),
      cosine: signal === 0 || power === 0 ? Number(signal === power) : dot / Math.sqrt(signal * power),
    }),
  }
}
