import { fieldChoice, isChoice } from '../../shared/choice'
import type { Issues } from '../../shared/parse'
import { gridOf, int8SaturationFree, int8Symmetric, uint8Affine } from '../fakeQuant/grid'
import type { Grid } from '../fakeQuant/grid'
import type { PtqConfig } from './config'
import { observers } from './observers/index'
import type { BoundObserver } from './observers/observer'

/** What a tensor gets: who chooses its range, and the integers that cover it. */
export interface TensorQConfig {
  readonly observer: BoundObserver
  readonly grid: Grid
}

export interface WeightQConfig extends TensorQConfig {
  readonly granularity: PtqConfig['weightGranularity']
  /** Channels are made coarser where two products could leave 16 bits. */
  readonly isPairAware: boolean
}

/** A quantization's settings with the observers looked up and their parameters parsed. */
export interface QConfig {
  readonly activation: TensorQConfig
  readonly weight: WeightQConfig
}

type ObserverChoice = Pick<PtqConfig, `${'activation' | 'weight'}Observer${'' | 'Params'}`>

export type QSettings = ObserverChoice & Pick<PtqConfig, 'activationScheme' | 'weightGranularity' | 'weightRange'>

/** Observers are looked up here alone. Functions do not cross threads: each thread makes this of the settings that it gets. */
export const qConfigOf = (settings: QSettings): QConfig => ({
  activation: {
    observer: observers.get(settings.activationObserver).bind(settings.activationObserverParams),
    grid: settings.activationScheme === 'affine' ? uint8Affine : gridOf({ dtype: 'uint8', scheme: 'symmetric' }),
  },
  weight: {
    observer: observers.get(settings.weightObserver).bind(settings.weightObserverParams),
    grid: settings.weightRange === 'saturationFree' ? int8SaturationFree : int8Symmetric,
    granularity: settings.weightGranularity,
    isPairAware: settings.weightRange === 'pairAware',
  },
})

/** Settings, which are kept with a version and cross threads, together with what they name. */
export interface Quantization {
  readonly config: PtqConfig
  readonly qConfig: QConfig
}

export const quantizationOf = (config: PtqConfig): Quantization => ({ config, qConfig: qConfigOf(config) })

/** The same with weights over all 255 integers, whatever a CPU makes of their products. */
export const atFullRange = (qConfig: QConfig): QConfig => ({
  ...qConfig,
  weight: { ...qConfig.weight, grid: int8Symmetric, isPairAware: false },
})

/** Checks the observers that settings name, and their parameters. */
export const checkObservers = (issues: Issues, settings: ObserverChoice): boolean =>
  (['activation', 'weight'] as const)
    .map((role) =>
      isChoice(
        issues,
        observers,
        fieldChoice(`${role}Observer`, settings[`${role}Observer`], settings[`${role}ObserverParams`]),
      ),
    )
    .every((isThere) => isThere)
