import type { Tensor } from '@tensorflow/tfjs-core'
import { mul, sum, tidy } from '@tensorflow/tfjs-core'
import type { Node } from '../graph/graph'
import type { Plan, Step } from './plan'
import type { Slots } from './walk'
import { runForward } from './walk'

/** The first place of a forward walk where a value is infinite or not a number. */
export interface NonFinite {
  /** Name of the layer's node. */
  readonly layer: string
  readonly op: Node['op']
  /** The parameter that is not finite; absent where it is the layer's output. */
  readonly parameter?: string
}

/** Every read of a training walk and one more of each output, so that it can be looked at. */
export function countInspectedReads(plan: Plan, reads: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const more = new Map(reads)
  for (const slot of plan.steps.flatMap(({ outputs }) => outputs)) more.set(slot, (more.get(slot) ?? 0) + 1)
  return more
}

/** Walks forward as training does until a parameter or an output is not finite; undefined when all are. */
export async function findNonFinite(
  plan: Plan,
  slots: Slots,
  trains: (step: Step) => boolean,
  parameters: ReadonlyMap<string, Tensor>,
): Promise<NonFinite | undefined> {
  for (const step of plan.steps) {
    const place = { layer: step.node.name, op: step.node.op }
    const own = step.inputs.filter((slot): slot is string => slot !== undefined && parameters.has(slot))
    const parameter = await firstNonFinite(own, slots)
    if (parameter !== undefined) return { ...place, parameter }
    const { saved, statistics } = runForward(step, slots, trains(step))
    for (const tensor of [...saved, ...Object.values(statistics)]) tensor.dispose()
    if ((await firstNonFinite(step.outputs, slots)) !== undefined) return place
    slots.release(step.outputs)
  }
  return undefined
}

async function firstNonFinite(names: readonly string[], slots: Slots): Promise<string | undefined> {
  for (const name of names) if (!(await isFinite(slots.require(name)))) return name
  return undefined
}

/** 0 · x is 0 for finite numbers and not a number for the others. */
async function isFinite(tensor: Tensor): Promise<boolean> {
  const zero = tidy(() => sum(mul(tensor, 0)))
  const [value] = await zero.data()
  zero.dispose()
  return value === 0
}
