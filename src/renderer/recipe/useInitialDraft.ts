import { useRoute } from 'vue-router'
import type { Ref } from 'vue'
import { useRuns } from '../stores/runs'
import { useVersions } from '../stores/versions'
import type { VersionRow } from '../stores/versions'
import { presets, withoutBlanks } from './draft'
import type { Draft, Preset } from './draft'
import { fromYaml } from './yamlText'

/** The recipe that a new run starts from. */
export function useInitialDraft(datasets: Ref<readonly string[]>) {
  const versions = useVersions()
  const runs = useRuns()
  const route = useRoute()

  const named = (reference: unknown): VersionRow | undefined =>
    (versions.value ?? []).find(({ version }) => version.id === reference || version.name === reference)
  const subject = (): VersionRow | undefined =>
    named(route.query.from) ?? (versions.value ?? []).findLast(({ version }) => version.precision === 'fp32')
  const made = (preset: Preset): Draft => withoutBlanks(preset.make(subject(), datasets.value[0] ?? ''))

  /** One step, with the parameters in the address. */
  function single(step: string, params: unknown): Draft {
    const from = named(route.query.from)
    const [dataset] = datasets.value
    const base = { step, ...(from && { from: from.version.name }), ...(dataset && { dataset }) }
    const name = `${step} ${from?.version.name ?? ''}`.trim()
    return { name, steps: [{ ...base, ...(typeof params === 'string' ? paramsIn(params) : {}) }] }
  }

  /** What the address requests: a run to repeat, one step with parameters, or a preset for a version. */
  function requested(): Draft {
    const { run: again, step, params } = route.query
    const known = typeof again === 'string' ? runs.value?.find(({ id }) => id === again) : undefined
    if (known) return { name: known.recipe.name, steps: known.recipe.steps }
    if (typeof step === 'string') return single(step, params)
    const preset = presets.find(({ id }) => id === (subject() ? presets[0]?.id : 'train')) ?? presets[0]
    return preset ? made(preset) : { name: '', steps: [] }
  }
  return { made, requested }
}

/** Parameters as they are in the address; none if the text is not YAML. */
function paramsIn(text: string): Readonly<Record<string, unknown>> {
  const parsed = fromYaml(`name: x\nsteps: [{ step: x, with: ${text} }]`)
  const given = 'draft' in parsed ? parsed.draft.steps[0]?.with : undefined
  return typeof given === 'object' && given !== null ? { ...given } : {}
}
