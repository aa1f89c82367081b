import type { Benchmark, SystemInfo } from '../../shared/types'
import { formatCount, formatNumber, missing } from '../format'
import { t } from '../i18n'

type Fact = readonly [label: string, value: string]

/** The machine that measured; the engine's own where the measurements do not say. */
export function machineFacts(measured: readonly Benchmark[], system: SystemInfo | undefined): readonly Fact[] {
  const cpu = measured.find((each) => each.cpu)?.cpu
  const runtime = measured[0]?.device.runtime
  return [
    [t('system.cpu'), cpu?.model ?? system?.cpu.model ?? missing],
    [t('system.cores'), formatCount(cpu?.cores ?? system?.cpu.logicalCores)],
    ...(cpu ? instructionSets(cpu) : []),
    ...(cpu?.frequencyMhz ? [fact(t('benchmark.clock'), `${formatCount(cpu.frequencyMhz)} MHz`)] : []),
    ...(typeof cpu?.temperatureC === 'number'
      ? [fact(t('benchmark.temperature'), `${formatNumber(cpu.temperatureC)} °C`)]
      : []),
    ...(typeof cpu?.otherLoad === 'number'
      ? [fact(t('benchmark.otherLoad'), t('benchmark.coresBusy', { cores: formatNumber(cpu.otherLoad) }))]
      : []),
    ...(runtime === undefined ? [] : [fact(t('benchmark.runtime'), runtime)]),
  ]
}

const fact = (label: string, value: string): Fact => [label, value]

const instructionSets = ({ avx2, avx512, vnni, amx }: NonNullable<Benchmark['cpu']>): readonly Fact[] => [
  ['AVX2', told(avx2)],
  ['AVX-512', told(avx512)],
  ['VNNI', told(vnni)],
  ['AMX', told(amx)],
]

const told = (flag: boolean | null): string =>
  flag === null ? t('benchmark.unknown') : t(flag ? 'benchmark.yes' : 'benchmark.no')
