import { NNOptError } from '../../shared/errors'
import type { ModelForm, TunedLayout, Version } from '../../shared/types'
import type { Store } from '../store'
import { cpuFingerprint } from './fingerprint'
import type { SessionLayout } from './pool/calls'
import type { SessionOptions } from './protocol'

/** A version as tuning found it fastest here. */
export interface TunedModel {
  readonly path: string
  readonly layout: SessionLayout
  readonly options: Pick<SessionOptions, 'engine'>
  readonly batch: number
}

/** Throws `notFound` where the version was not tuned on this machine, or with other libraries. */
export function tunedModel({ tunings, paths }: Store, { id, name }: Version, goal: 'throughput' | 'latency'): TunedModel {
  const fingerprint = cpuFingerprint()
  const found = tunings.find(id, fingerprint)
  if (!found) throw new NNOptError('notFound', `version '${name}' is not tuned for this CPU and its libraries: run 'nnopt tune ${name}' first`)
  const { engine, form, sessions, threads, batch }: TunedLayout = found[goal]
  return { path: formFile({ tunings, paths }, id, fingerprint, form), layout: { sessions, threads }, options: { engine }, batch }
}

export const formFile = ({ tunings, paths }: Pick<Store, 'tunings' | 'paths'>, id: string, fingerprint: string, form: ModelForm): string => (form === 'original' ? paths.model(id) : tunings.file(id, fingerprint, form))
