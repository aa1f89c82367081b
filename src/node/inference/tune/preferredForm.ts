import type { ModelForm, TunedConfiguration, Tuning } from '../../../shared/types'

/** What a version is tuned for: throughput, or latency of one image. */
export type TuningGoal = 'throughput' | 'latency'

/** Smaller differences between single measurements mean little. */
const margin = 0.03

/**
 * The file that runs faster in an onnxruntime session on the tuned machine: the padded one only if it was clearly
 * faster.
 */
export function preferredForm({ measured }: Pick<Tuning, 'measured'>, goal: TuningGoal): ModelForm {
  const candidates = measured.filter(
    ({ engine, sessions, batch }) =>
      engine === 'onnxruntime' && (goal === 'throughput' || (sessions === 1 && batch === 1)),
  )
  const best = (form: ModelForm): number =>
    Math.max(0, ...candidates.filter((each) => each.form === form).map((each) => goodness(each, goal)))
  return best('padded') > best('original') * (1 + margin) ? 'padded' : 'original'
}

const goodness = ({ samplesPerSecond, latencyMs }: TunedConfiguration, goal: TuningGoal): number =>
  goal === 'throughput' ? samplesPerSecond : 1 / latencyMs
