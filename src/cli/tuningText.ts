import type { TunedConfiguration, Tuning } from '../shared/types'
import { figure } from './output/format'
import { table } from './output/table'

const configurationRow = (
  label: string,
  { engine, form, sessions, threads, batch, samplesPerSecond, latencyMs }: TunedConfiguration,
): readonly string[] => [
  label,
  engine,
  form,
  String(sessions),
  String(threads),
  String(batch),
  figure(samplesPerSecond),
  figure(latencyMs),
]

const columns = ['for', 'engine', 'file', 'sessions', 'threads each', 'batch', 'img/s', 'ms/batch']

export const tuningText = ({ throughput, latency }: Tuning): string =>
  table(columns, [configurationRow('throughput', throughput), configurationRow('one image', latency)])

/** Every configuration that was tried, fastest first. */
export const tuningTable = (tuning: Tuning): string =>
  `${tuningText(tuning)}\n\n${table(
    columns,
    tuning.measured.map((each) => configurationRow('', each)),
  )}`
