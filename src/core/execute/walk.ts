import type { Tensor } from '@tensorflow/tfjs-core'
import { add, tidy } from '@tensorflow/tfjs-core'
import { NNOptError } from '../../shared/errors'
import type { Plan, Step } from './plan'

/** What one forward step made. */
interface StepResult {
  readonly outputs: Tensor[]
  readonly saved: Tensor[]
  readonly statistics: { [name: string]: Tensor }
}

/** Tensors by slot, freed when nothing will read them any more. Parameters and constants belong to somebody else and stay. */
export class Slots {
  private readonly tensors = new Map<string, Tensor>()
  private readonly readsLeft: Map<string, number>

  constructor(
    reads: ReadonlyMap<string, number>,
    private readonly borrowed: ReadonlyMap<string, Tensor>,
  ) {
    this.readsLeft = new Map(reads)
  }

  get(slot: string | undefined): Tensor | undefined {
    if (slot === undefined) return undefined
    return this.tensors.get(slot) ?? this.borrowed.get(slot)
  }

  require(slot: string): Tensor {
    const tensor = this.get(slot)
    if (!tensor)
      throw new NNOptError('internal', `value '${slot}' was read before it was computed or after it was freed`)
    return tensor
  }

  set(slot: string, tensor: Tensor): void {
    if (this.readsLeft.get(slot)) this.tensors.set(slot, tensor)
    else tensor.dispose()
  }

  release(slots: Iterable<string>): void {
    for (const slot of slots) {
      const left = (this.readsLeft.get(slot) ?? 0) - 1
      this.readsLeft.set(slot, left)
      if (left === 0) this.drop(slot)
    }
  }

  /** Takes a tensor out: the caller frees it. */
  take(slot: string): Tensor {
    const tensor = this.require(slot)
    this.tensors.delete(slot)
    return tensor
  }

  dispose(): void {
    for (const slot of [...this.tensors.keys()]) this.drop(slot)
  }

  private drop(slot: string): void {
    this.tensors.get(slot)?.dispose()
    this.tensors.delete(slot)
  }
}

const present = (slots: readonly (string | undefined)[]): readonly string[] =>
  slots.filter((slot): slot is string => slot !== undefined)

/** The slots a step reads again when its gradient is computed. */
function gradientReads({ operator, inputs, outputs }: Step): readonly string[] {
  const reads = operator.gradientReads
  const chosen = (
    slots: readonly (string | undefined)[],
    indices?: readonly number[],
  ): readonly (string | undefined)[] => (indices ? indices.map((index) => slots[index]) : [])
  return reads
    ? present([...chosen(inputs, reads.inputs), ...chosen(outputs, reads.outputs)])
    : present([...inputs, ...outputs])
}

/** How often each slot is read: by forward steps, by the gradients of `differentiated` steps, and once as the output. */
export function countReads(plan: Plan, differentiated: ReadonlySet<Step>): ReadonlyMap<string, number> {
  const reads = new Map<string, number>([[plan.output, 1]])
  const count = (slot: string): void => void reads.set(slot, (reads.get(slot) ?? 0) + 1)
  for (const step of plan.steps) {
    present(step.inputs).forEach(count)
    if (differentiated.has(step)) gradientReads(step).forEach(count)
  }
  return reads
}

/** Runs one step; outputs go to their slots, operands are freed after their last read. */
export function runForward(step: Step, slots: Slots, training: boolean): Pick<StepResult, 'saved' | 'statistics'> {
  const { outputs, saved, statistics } = tidy(() => {
    const result: StepResult = { outputs: [], saved: [], statistics: {} }
    const inputs = step.inputs.map((slot) => slots.get(slot))
    const outputs = step.operator.forward({
      ...step.context,
      training,
      inputs,
      save: (...tensors) => void (training && result.saved.push(...tensors)),
      updateStatistic: (index, value) => void (result.statistics[step.node.inputs[index]!] = value),
    })
    result.outputs.push(...outputs)
    return { outputs: result.outputs, saved: result.saved, statistics: result.statistics }
  })
  step.outputs.forEach((slot, index) => outputs[index] && slots.set(slot, outputs[index]))
  slots.release(present(step.inputs))
  return { saved, statistics }
}

/** Gradients by slot; several readers of one value add up. */
export class Gradients {
  private readonly bySlot = new Map<string, Tensor>()

  has(slot: string): boolean {
    return this.bySlot.has(slot)
  }

  add(slot: string, gradient: Tensor): void {
    const known = this.bySlot.get(slot)
    if (!known) return void this.bySlot.set(slot, gradient)
    try {
      this.bySlot.set(slot, add(known, gradient))
      known.dispose()
    } finally {
      gradient.dispose()
    }
  }

  /** Takes all of them, also when one cannot be added. */
  addAll(gradients: readonly (readonly [slot: string, gradient: Tensor])[]): void {
    let taken = 0
    try {
      for (const [slot, gradient] of gradients) {
        taken++
        this.add(slot, gradient)
      }
    } finally {
      for (const [, gradient] of gradients.slice(taken)) gradient.dispose()
    }
  }

  take(slot: string): Tensor | undefined {
    const gradient = this.bySlot.get(slot)
    this.bySlot.delete(slot)
    return gradient
  }

  dispose(): void {
    for (const gradient of this.bySlot.values()) gradient.dispose()
    this.bySlot.clear()
  }
}

/** Computes one step's gradients, adds them to its inputs' and frees what only they needed. */
export function runBackward(
  step: Step,
  slots: Slots,
  saved: readonly Tensor[],
  gradients: Gradients,
  wanted: ReadonlySet<string>,
): void {
  const dOutputs = step.outputs.map((slot) => gradients.take(slot))
  try {
    if (dOutputs.some(Boolean)) gradients.addAll(inputGradients(step, slots, saved, dOutputs, wanted))
  } finally {
    // A device that ran out of memory here goes on with smaller parts: it needs what this step held.
    for (const tensor of [...dOutputs, ...saved]) tensor?.dispose()
  }
  slots.release(gradientReads(step))
}

/** The gradients of the inputs that are wanted, by their slot. */
function inputGradients(
  step: Step,
  slots: Slots,
  saved: readonly Tensor[],
  dOutputs: readonly (Tensor | undefined)[],
  wanted: ReadonlySet<string>,
): readonly (readonly [slot: string, gradient: Tensor])[] {
  const { gradient } = step.operator
  if (!gradient) return []
  const byIndex = tidy(() => {
    const result: { [index: string]: Tensor } = {}
    const context = {
      ...step.context,
      inputs: step.inputs.map((slot) => slots.get(slot)),
      outputs: step.outputs.map((slot) => slots.get(slot)),
      saved,
      dOutputs,
      wants: (index: number) => wanted.has(step.inputs[index] ?? ''),
    }
    gradient(context).forEach((tensor, index) => {
      if (tensor && wanted.has(step.inputs[index] ?? '')) result[index] = tensor
    })
    return result
  })
  return Object.entries(byIndex).map(([index, tensor]) => [step.inputs[Number(index)] as string, tensor])
}
