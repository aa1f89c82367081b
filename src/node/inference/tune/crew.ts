import { median } from '../../../core/measure/latency'
import { onlySession } from '../pool/sessions'
import { startInferenceThread } from '../inferenceWorker'
import type { InferenceThread } from '../inferenceWorker'
import type { ImageBatch, ModelSource, RunResult } from '../messages'
import type { Candidate } from './candidates'

export interface Speed {
  readonly samplesPerSecond: number
  readonly latencyMs: number
}

/** A candidate with open, warmed-up sessions. */
export interface Crew {
  readonly candidate: Candidate
  /** Runs one round of about the given number of milliseconds. */
  measure(roundMs: number): Promise<Speed>
  run(): Promise<RunResult>
  close(): Promise<void>
}

const warmupRuns = 3

/** Opens a candidate's sessions and runs noise through each. Throws `badInput` if the engine rejects the model. */
export async function openCrew(candidate: Candidate, model: ModelSource, noise: ImageBatch): Promise<Crew> {
  const { sessions, threads, engine } = candidate
  const crew = Array.from({ length: sessions }, startInferenceThread)
  const close = async (): Promise<void> => {
    for (const thread of crew) await thread.close()
  }
  try {
    for (const thread of crew) await thread.call('open', { session: onlySession, model, options: { engine, threads } })
    const runMs = median((await timeAll(crew, noise, warmupRuns)).flatMap((times) => [...times]).slice(-warmupRuns))
    return {
      candidate,
      measure: (roundMs) => measure(crew, noise, Math.max(2, Math.round(roundMs / runMs))),
      run: () => crew[0]!.call('run', { session: onlySession, ...noise }),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

const timeAll = (crew: readonly InferenceThread[], noise: ImageBatch, runs: number): Promise<Float64Array[]> =>
  Promise.all(crew.map((thread) => thread.call('time', { session: onlySession, runs, ...noise })))

async function measure(crew: readonly InferenceThread[], noise: ImageBatch, runs: number): Promise<Speed> {
  const start = performance.now()
  const times = await timeAll(crew, noise, runs)
  const seconds = (performance.now() - start) / 1000
  return {
    samplesPerSecond: (crew.length * runs * noise.shape[0]!) / seconds,
    latencyMs: median(times.flatMap((each) => [...each])),
  }
}
