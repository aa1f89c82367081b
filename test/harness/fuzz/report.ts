import type { Counts } from './campaign'

export interface Fault {
  /** Of the file; with kind and seed it is made again. */
  readonly number: number
  readonly message: string
}

export const countsLine = (kind: string, { read, refused, faults, peakBytes }: Counts): string =>
  `${kind}: ${read + refused + faults.length} files, ${read} read, ${refused} refused, ${faults.length} faults, ${(peakBytes / 1e6).toFixed(0)} MB at most`

/** What an error says and where it came from: faults that share it have one cause. */
const cause = ({ message }: Fault): string => message.split('\n').slice(0, 3).join('\n  ')

/** One of each cause. */
export const faultLines = (kind: string, seed: number, { faults }: Counts): readonly string[] =>
  [...new Set(faults.map(cause))].map((message) => {
    const same = faults.filter((fault) => cause(fault) === message)
    return `  ${same.length} of: ${message}\n    again: npm run test:fuzz -- --kind ${kind} --seed ${seed} --only ${same[0]?.number}`
  })
