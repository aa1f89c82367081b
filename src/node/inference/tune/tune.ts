import { createRandom } from '../../../core/data/random'
import { median } from '../../../core/measure/latency'
import { NNOptError } from '../../../shared/errors'
import type { ModelForm, TunedConfiguration } from '../../../shared/types'
import type { ImageBatch, ModelSource } from '../messages'
import { chosen, latencyCandidates, throughputCandidates } from './candidates'
import type { Candidate, Choices } from './candidates'
import { openCrew } from './crew'
import type { Crew, Speed } from './crew'

export interface TuneOptions extends Choices {
  /** The file of each form. */
  readonly sources: Readonly<Partial<Record<ModelForm, ModelSource>>>
  /** Shape of one image: [C, H, W]. */
  readonly imageShape: readonly number[]
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

export interface TuneResult {
  readonly throughput: TunedConfiguration
  readonly latency: TunedConfiguration
  readonly measured: readonly TunedConfiguration[]
}

/** Candidates that are measured again side by side. */
const finalists = 5
/** Measurements per candidate, spread over time so that a slow moment of the machine does not eliminate any. */
const looks = 2
const roundMs = 250
const finalRounds = 9
/** Differences below this are not worth another engine, file or number of sessions. */
const margin = 0.02

/** Measures every candidate on its own, then the best ones in turns, and picks the fastest. */
export async function tune(options: TuneOptions): Promise<TuneResult> {
  const [many, single] = [throughputCandidates(options), latencyCandidates(options)]
  let done = 0
  const step = (): void => options.onProgress?.(++done, looks * (many.length + single.length) + 2 * finalRounds)
  const speed = ({ samplesPerSecond }: Speed): number => samplesPerSecond
  const quickness = ({ latencyMs }: Speed): number => 1 / latencyMs
  const throughput = await best(many, speed, options, step)
  const latency = await best(single, quickness, options, step)
  return {
    throughput: chosen(throughput.final, speed, margin),
    latency: chosen(latency.final, quickness, margin),
    measured: [...throughput.all, ...latency.all].sort((a, b) => speed(b) - speed(a)),
  }
}

interface Contest {
  readonly all: readonly TunedConfiguration[]
  /** In candidate order. */
  readonly final: readonly TunedConfiguration[]
}

async function best(
  candidates: readonly Candidate[],
  goodness: (speed: Speed) => number,
  options: TuneOptions,
  step: () => void,
): Promise<Contest> {
  const seen: TunedConfiguration[][] = candidates.map(() => [])
  for (let look = 0; look < looks; look++) {
    for (const [index, candidate] of candidates.entries()) {
      throwIfStopped(options)
      seen[index]!.push(await alone(candidate, options))
      step()
    }
  }
  const all = seen.map((each) => each.reduce((fastest, next) => (goodness(next) > goodness(fastest) ? next : fastest)))
  const ranked = [...all].sort((a, b) => goodness(b) - goodness(a)).slice(0, finalists)
  const final = await sideBySide(
    all.filter((each) => ranked.includes(each)),
    options,
    step,
  )
  return { all: [...final, ...all.filter((each) => !ranked.includes(each))], final }
}

async function alone(candidate: Candidate, options: TuneOptions): Promise<TunedConfiguration> {
  const crew = await openCrew(candidate, sourceOf(candidate, options), noiseOf(candidate, options))
  try {
    return { ...candidate, ...(await crew.measure(roundMs)) }
  } finally {
    await crew.close()
  }
}

/** Rounds over all candidates, so that disturbances affect all alike. */
async function sideBySide(
  candidates: readonly Candidate[],
  options: TuneOptions,
  step: () => void,
): Promise<readonly TunedConfiguration[]> {
  const crews: Crew[] = []
  try {
    for (const candidate of candidates)
      crews.push(await openCrew(candidate, sourceOf(candidate, options), noiseOf(candidate, options)))
    const rounds: Speed[][] = crews.map(() => [])
    for (let round = 0; round < finalRounds; round++) {
      throwIfStopped(options)
      for (const [index, crew] of crews.entries()) rounds[index]!.push(await crew.measure(roundMs))
      step()
    }
    return crews.map(({ candidate }, index) => ({
      ...candidate,
      samplesPerSecond: median(rounds[index]!.map((round) => round.samplesPerSecond)),
      latencyMs: median(rounds[index]!.map((round) => round.latencyMs)),
    }))
  } finally {
    for (const crew of crews) await crew.close()
  }
}

function throwIfStopped({ signal }: TuneOptions): void {
  if (signal?.aborted) throw new NNOptError('cancelled', 'tuning stopped on request')
}

function sourceOf({ form }: Candidate, { sources }: TuneOptions): ModelSource {
  const source = sources[form]
  if (source === undefined) throw new NNOptError('internal', `tuning: no file of form '${form}'`)
  return source
}

/** Shared memory: input read by several threads is not copied for each. */
function noiseOf({ batch }: Candidate, { imageShape }: TuneOptions): ImageBatch {
  const shape = [batch, ...imageShape]
  const images = new Float32Array(
    new SharedArrayBuffer(shape.reduce((product, dim) => product * dim, Float32Array.BYTES_PER_ELEMENT)),
  )
  const random = createRandom(0)
  for (let index = 0; index < images.length; index++) images[index] = random.normal()
  return { images, shape }
}
