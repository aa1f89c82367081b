import { existsSync } from 'node:fs'
import { NNOptError } from '../../shared/errors'
import type { ModelForm, TunedConfiguration, Tuning, Version } from '../../shared/types'
import type { Store } from '../store'
import { cpuFingerprint } from './fingerprint'
import type { Concurrency } from './pool/calls'
import type { SessionOptions } from './messages'
import { preferredForm } from './tune/preferredForm'
import type { TuningGoal } from './tune/preferredForm'

export type { TuningGoal } from './tune/preferredForm'

type Tuned = Pick<Store, 'tunings' | 'paths'>

/** A version with its fastest configurations on this machine. */
export interface TunedModel {
  readonly path: string
  readonly form: ModelForm
  readonly concurrency: Concurrency
  readonly options: Pick<SessionOptions, 'engine'>
  readonly batch: number
}

/** Throws `notFound` if the version was not tuned on this machine and with these libraries. */
export function tunedModel(
  { tunings, paths }: Tuned,
  { id, name }: Pick<Version, 'id' | 'name'>,
  goal: TuningGoal,
): TunedModel {
  const fingerprint = cpuFingerprint()
  const found = tunings.find(id, fingerprint)
  if (!found)
    throw new NNOptError(
      'notFound',
      `version '${name}' is not tuned for this CPU and these libraries: run 'nnopt tune ${name}' first`,
    )
  const { engine, sessions, threads, batch }: TunedConfiguration = found[goal]
  const form = checkedForm(found, found[goal].form)
  return {
    path: formFile({ tunings, paths }, id, fingerprint, form),
    form,
    concurrency: { sessions, threads, part: batch },
    options: { engine },
    batch,
  }
}

/**
 * The file to run in an ordinary onnxruntime session on this machine: padded if tuning found it faster, otherwise the
 * version's own.
 */
export function ordinaryFile(
  { tunings, paths }: Tuned,
  id: string,
  goal: TuningGoal,
): { readonly path: string; readonly form: ModelForm } {
  const fingerprint = cpuFingerprint()
  const found = tunings.find(id, fingerprint)
  const padded = tunings.file(id, fingerprint, 'padded')
  return found && checkedForm(found, preferredForm(found, goal)) === 'padded' && existsSync(padded)
    ? { path: padded, form: 'padded' }
    : { path: paths.model(id), form: 'original' }
}

/** A padded file is used only if it was seen to give the scores of the original on this machine. */
const checkedForm = ({ padding }: Tuning, form: ModelForm): ModelForm => (padding?.agrees ? form : 'original')

export const formFile = ({ tunings, paths }: Tuned, id: string, fingerprint: string, form: ModelForm): string =>
  form === 'original' ? paths.model(id) : tunings.file(id, fingerprint, form)
