import { NNOptError } from '../../shared/errors'
import { classOutput, imageInput } from '../graph/graph'
import type { Graph, Node, QParams } from '../graph/graph'
import { inferShapes, nodeContext } from '../passes/inferShapes'
import { isFloat } from '../graph/tensorData'
import { operators } from '../ops/index'
import type { ExecutionContext, LayoutRule, Operator, Shape } from '../ops/operator'
import { fakeQuantStep } from './fakeQuantStep'
import { layoutChange, physicalAxis, physicalShape } from './layout'
import type { QuantizationTable } from './quantization'

/** One operator call. Slots name tensors in a layout: a value, a parameter, or a value after a change of layout. */
export interface Step {
  readonly node: Node
  readonly operator: Operator
  readonly context: ExecutionContext<unknown, 0>
  readonly inputs: readonly (string | undefined)[]
  readonly outputs: readonly string[]
}

/** A constant operand, to be made a tensor once: rank-aligned and permuted for its step's layout. */
export interface ConstantSlot {
  readonly slot: string
  readonly name: string
  readonly shape: Shape
  readonly channelsLast: boolean
  readonly qparams?: QParams | undefined
}

export interface Plan {
  readonly batch: number
  readonly input: string
  readonly output: string
  readonly steps: readonly Step[]
  readonly constants: readonly ConstantSlot[]
}

/** Orders the graph's nodes with the layout changes between them; the image arrives as NHWC, the logits leave as [N, classes]. */
export function createPlan(
  graph: Graph,
  batch: number,
  parameters: ReadonlySet<string>,
  quantization: QuantizationTable,
): Plan {
  return new PlanBuilder(graph, batch, parameters, quantization).build()
}

/** Slot of a value before its fakeQuant, and of a parameter behind it: a value's own name is what other nodes read, a parameter's what training changes. */
const unquantized = (value: string): string => `${value}@float`
const quantizedParameter = (name: string): string => `${name}@quantized`

class PlanBuilder {
  private readonly shapes: ReadonlyMap<string, Shape>
  private readonly channelsLastValues = new Set<string>()
  private readonly made = new Set<string>()
  private readonly steps: Step[] = []
  private readonly constants = new Map<string, ConstantSlot>()

  constructor(
    private readonly graph: Graph,
    private readonly batch: number,
    private readonly parameters: ReadonlySet<string>,
    private readonly quantization: QuantizationTable,
  ) {
    this.shapes = inferShapes(graph, batch)
  }

  build(): Plan {
    const [input, output] = [imageInput(this.graph).name, classOutput(this.graph).name]
    if (this.shapeOf(input).length === 4) this.channelsLastValues.add(input)
    this.addFakeQuant(input, unquantized(input), input)
    for (const node of this.graph.nodes) this.addNode(node)
    return {
      batch: this.batch,
      input: this.writtenSlot(input),
      output: this.slotOf(output, false),
      steps: this.steps,
      constants: [...this.constants.values()],
    }
  }

  private addNode(node: Node): void {
    const operator = operators.get(node.op)
    const context = nodeContext(this.graph, node, this.shapes)
    const channelsLast = this.isChannelsLast(node, operator.layoutOf(context))
    const inputs = node.inputs.map((name, index) => this.operandSlot(node, index, name, channelsLast, operator))
    for (const name of node.outputs)
      if (channelsLast && this.shapeOf(name).length === 4) this.channelsLastValues.add(name)
    this.steps.push({
      node,
      operator,
      context: this.executionContext(node, channelsLast),
      inputs,
      outputs: node.outputs.map((name) => this.writtenSlot(name)),
    })
    for (const name of node.outputs) this.addFakeQuant(name, unquantized(name), name)
  }

  private writtenSlot(value: string): string {
    return this.quantization.place(value) ? unquantized(value) : value
  }

  /** Brings a quantized value onto its grid; does nothing for others. */
  private addFakeQuant(value: string, from: string, to: string): void {
    const place = this.quantization.place(value)
    if (!place) return
    const operator = fakeQuantStep(this.quantization.learned)
    const inputs = [from, place.scale, place.zeroPoint]
    const node: Node = {
      name: `${value}/${operator.id}`,
      op: operator.id,
      inputs,
      outputs: [to],
      attributes: { qmin: place.qmin, qmax: place.qmax },
    }
    const shape = this.shapeOf(value)
    const context = {
      node,
      attributes: {},
      shapes: [shape],
      outputShapes: [shape],
      physicalShapes: [shape],
      channelsLast: false,
      constant: () => undefined,
      axisOf: (axis: number) => axis,
    }
    this.steps.push({ node, operator, context, inputs, outputs: [to] })
  }

  /** `follow` runs channels-last when a computed operand lies so and all computed operands can be brought there. */
  private isChannelsLast(node: Node, rule: LayoutRule): boolean {
    if (rule !== 'follow') return rule === 'channelsLast'
    const computed = node.inputs.filter((name) => name && !this.graph.initializers.has(name))
    return (
      computed.some((name) => this.channelsLastValues.has(name)) &&
      computed.every((name) => [0, 4].includes(this.shapeOf(name).length))
    )
  }

  private operandSlot(
    node: Node,
    index: number,
    name: string,
    channelsLast: boolean,
    operator: Operator,
  ): string | undefined {
    if (!name) return undefined
    const constant = this.graph.initializers.get(name)
    if (!constant) {
      if (operator.parameters?.[index] === 'weight' && operator.pack) {
        throw new NNOptError(
          'unsupported',
          `node '${node.name}' (${node.op}): expected constant weights, got the computed value '${name}'; models like this run in onnxruntime only`,
          { node: node.name },
        )
      }
      return this.slotOf(name, channelsLast)
    }
    if (this.parameters.has(name) && operator.parameters?.[index]) return this.parameterSlot(name)
    return isFloat(constant.dtype) ? this.constantSlot(name, constant.shape, channelsLast) : undefined
  }

  private parameterSlot(name: string): string {
    if (!this.quantization.place(name)) return name
    const slot = quantizedParameter(name)
    if (!this.made.has(slot)) this.addFakeQuant(name, name, slot)
    this.made.add(slot)
    return slot
  }

  private constantSlot(name: string, shape: Shape, channelsLast: boolean): string {
    const aligned =
      channelsLast && shape.length > 0 && shape.length < 4
        ? [...Array<number>(4 - shape.length).fill(1), ...shape]
        : shape
    const slot = `${name}@constant${channelsLast ? '@nhwc' : ''}`
    this.constants.set(slot, { slot, name, shape: aligned, channelsLast, qparams: this.graph.qparams.get(name) })
    return slot
  }

  /** The slot of a computed value in the wanted layout; adds the change of layout once. */
  private slotOf(name: string, channelsLast: boolean): string {
    const lies = this.channelsLastValues.has(name)
    if (this.shapeOf(name).length !== 4 || lies === channelsLast) return name
    const slot = `${name}@${channelsLast ? 'nhwc' : 'nchw'}`
    if (!this.made.has(slot)) this.addLayoutChange(name, slot, channelsLast)
    return slot
  }

  private addLayoutChange(name: string, slot: string, channelsLast: boolean): void {
    this.made.add(slot)
    const operator = layoutChange[channelsLast ? 'channelsLast' : 'plain']
    const node: Node = { name: slot, op: operator.id, inputs: [name], outputs: [slot], attributes: {} }
    const shape = this.shapeOf(name)
    const context = {
      node,
      attributes: {},
      shapes: [shape],
      outputShapes: [shape],
      physicalShapes: [physicalShape(shape, !channelsLast)],
      channelsLast,
      constant: () => undefined,
      axisOf: (axis: number) => axis,
    }
    this.steps.push({ node, operator, context, inputs: [name], outputs: [slot] })
  }

  private executionContext(node: Node, channelsLast: boolean): ExecutionContext<unknown, 0> {
    const context = nodeContext(this.graph, node, this.shapes)
    return {
      ...context,
      outputShapes: node.outputs.map((name) => this.shapeOf(name)),
      physicalShapes: context.shapes.map((shape, index) => this.operandShape(node.inputs[index]!, shape, channelsLast)),
      channelsLast,
      axisOf: (axis, rank) => physicalAxis(axis, rank, channelsLast),
    }
  }

  private operandShape(name: string, shape: Shape, channelsLast: boolean): Shape {
    const constant = this.constants.get(`${name}@constant${channelsLast ? '@nhwc' : ''}`)
    return physicalShape(constant?.shape ?? shape, channelsLast)
  }

  private shapeOf(name: string): Shape {
    const shape = this.shapes.get(name)
    if (!shape) throw new NNOptError('badInput', `value '${name}' is read before any node writes it`, { value: name })
    return shape
  }
}
