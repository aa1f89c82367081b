import { intTensor } from '../../graph/tensorData'
import { gatheredIndices } from '../../ops/Gather'
import { paddingOf } from '../../ops/Pad'
import { reducedAxes } from '../../ops/reduction'
import { sliceRanges } from '../../ops/Slice'
import { partSizes } from '../../ops/Split'
import { concatenated, noChannel, permuted, reshaped, taken, varyingAxes } from '../labels'
import type { Labels } from '../labels'
import { positiveAxis } from './rule'
import type { FollowContext, RewriteContext, RewrittenNode, Rule } from './rule'
import { operatorOf } from '../../ops/nodeFacts'

const axisOf = ({ attributes, shapes }: Pick<FollowContext, 'attributes' | 'shapes'>): number =>
  positiveAxis((attributes as { readonly axis: number }).axis, shapes[0]!.length)

/** A context of an operator whose attributes are known to be its own. */
const typed = <T>(context: FollowContext | RewriteContext): T => context as T

const integers = (
  { node }: RewriteContext,
  index: number,
  values: readonly number[],
  attributes = node.attributes,
): RewrittenNode => {
  const name = `${node.outputs[0]}.kept${index}`
  const inputs = Array.from({ length: Math.max(node.inputs.length, index + 1) }, (_, at) =>
    at === index ? name : (node.inputs[at] ?? ''),
  )
  return { node: { ...node, inputs, attributes }, constants: new Map([[name, intTensor(values)]]) }
}

/** Reshape, Flatten, Squeeze and Unsqueeze: elements keep their order. A channel may not spread over two axes of the result. */
export const reshape: Rule = {
  follow: ({ labels, shapes, outputShapes }) => {
    const moved = reshaped(labels(0), shapes[0]!, outputShapes[0]!)
    return varyingAxes(moved).length <= 1 ? [moved] : undefined
  },
  rewrite: (context) => {
    const { node, constant, outputShapes, kept } = context
    const shapeInput = operatorOf(node)?.shapeInput
    const wanted = shapeInput === undefined ? undefined : constant(shapeInput)
    if (!wanted) return { node, constants: new Map() }
    return integers(
      context,
      1,
      [...wanted.data].map((dim, axis) =>
        dim > 0 && axis > 0 ? kept(node.outputs[0]!, axis, outputShapes[0]![axis]!).length : dim,
      ),
    )
  },
}

export const transpose: Rule = {
  follow: ({ labels, attributes, shapes }) => {
    const { perm } = attributes as { readonly perm?: readonly number[] }
    return [permuted(labels(0), perm ?? shapes[0]!.map((_, axis) => shapes[0]!.length - 1 - axis))]
  },
}

export const concat: Rule = {
  follow: (context) => {
    const axis = axisOf(context)
    const parts = context.shapes.map((_, index) => context.labels(index))
    const others = [...new Set(parts.flatMap(varyingAxes))].filter((each) => each !== axis)
    if (others.length === 0)
      return context.node.inputs.some((name) => context.graph.initializers.has(name))
        ? undefined
        : [
            concatenated(
              parts,
              axis,
              context.shapes.map((shape) => shape[axis]!),
            ),
          ]
    if (parts.some(({ shape, ids }) => shape[axis]! > 1 || ids.length !== parts[0]!.ids.length)) return undefined
    for (const { ids } of parts.slice(1)) context.tracker.joinAll(parts[0]!.ids, ids)
    return [parts[0]!]
  },
}

/** Parts of an axis; their sizes are written out once channels go. */
export const split: Rule = {
  follow: (context) => {
    let start = 0
    return partSizes(typed(context)).map((size) =>
      taken(
        context.labels(0),
        axisOf(context),
        Array.from({ length: size }, () => start++),
      ),
    )
  },
  rewrite: (context) => {
    const axis = axisOf(context)
    return integers(
      context,
      1,
      context.node.outputs.map((value, index) => context.kept(value, axis, context.outputShapes[index]![axis]!).length),
    )
  },
}

/** Positions that a Slice takes along an axis. */
const slicePositions = ({
  start,
  end,
  step,
}: {
  readonly start: number
  readonly end: number
  readonly step: number
}): readonly number[] =>
  Array.from({ length: Math.max(0, Math.ceil((end - start) / step)) }, (_, index) => start + index * step)

export const slice: Rule = {
  follow: (context) => {
    const ranges = sliceRanges(context)
    const axes = varyingAxes(context.labels(0))
    // What a step of two keeps of an axis depends on what goes before it: only gapless pieces can be cut again.
    if (axes.some((axis) => ranges[axis]!.step !== 1)) return undefined
    return [axes.reduce((labels, axis) => taken(labels, axis, slicePositions(ranges[axis]!)), context.labels(0))]
  },
  rewrite: (context) => {
    const { node, shapes, kept } = context
    const ranges = sliceRanges(context).flatMap((range, axis) => {
      const size = shapes[0]![axis]!
      // Whole axes go unnamed: the batch among them has another size at run time.
      if (range.start === 0 && range.end === size && range.step === 1) return []
      const positions = kept(node.inputs[0]!, axis, size)
      if (positions.length === size) return [{ ...range, axis }]
      return [
        {
          axis,
          start: positions.filter((at) => at < range.start).length,
          end: positions.filter((at) => at < range.end).length,
          step: 1,
        },
      ]
    })
    const column = (key: 'start' | 'end' | 'axis' | 'step'): readonly number[] => ranges.map((range) => range[key])
    const parts = [column('start'), column('end'), column('axis'), column('step')]
    const names = parts.map((_, index) => `${node.outputs[0]}.kept${index}`)
    return {
      node: { ...node, inputs: [node.inputs[0]!, ...names] },
      constants: new Map(parts.map((values, index) => [names[index]!, intTensor(values)])),
    }
  },
}

export const gather: Rule = {
  follow: (context) => {
    const labels = context.labels(0)
    const axis = axisOf(context)
    if (context.shapes[1]!.length !== 1)
      return varyingAxes(labels).length === 0
        ? [{ shape: context.outputShapes[0]!.map(() => 1), ids: labels.ids }]
        : undefined
    return [taken(labels, axis, gatheredIndices(typed(context)))]
  },
  rewrite: (context) => {
    const { node, shapes, kept } = context
    if (shapes[1]!.length !== 1) return { node, constants: new Map() }
    const axis = axisOf(context)
    const positions = kept(node.inputs[0]!, axis, shapes[0]![axis]!)
    const place = new Map(positions.map((position, index) => [position, index]))
    return integers(
      context,
      1,
      gatheredIndices(typed(context)).flatMap((index) => place.get(index) ?? []),
    )
  },
}

/** A mean over axes along which no channel changes. */
export const reduce: Rule = {
  follow: (context) => {
    const axes = reducedAxes(typed(context))
    const { shape, ids } = context.labels(0)
    if (axes.some((axis) => shape[axis]! > 1)) return undefined
    const keepsAxes = (context.attributes as { readonly keepdims: number }).keepdims !== 0
    return [{ shape: keepsAxes ? shape : shape.filter((_, axis) => !axes.includes(axis)), ids }]
  },
}

/** Added channels are constants: they stay. */
export const pad: Rule = {
  follow: (context) => {
    const widths = paddingOf(context)
    return [
      widths.reduce(
        (labels, [before, after], axis) =>
          labels.shape[axis]! > 1 && before + after > 0 ? padded(labels, axis, before, after) : labels,
        context.labels(0),
      ),
    ]
  },
}

function padded(labels: Labels, axis: number, before: number, after: number): Labels {
  const filler = (size: number): Labels => ({
    shape: labels.shape.map((dim, at) => (at === axis ? size : dim)),
    ids: new Int32Array((labels.ids.length / labels.shape[axis]!) * size).fill(noChannel),
  })
  return concatenated([filler(before), labels, filler(after)], axis, [before, labels.shape[axis]!, after])
}

/** Channels that are weighed against each other stay; along other axes they pass. */
export const softmax: Rule = {
  follow: (context) => (context.labels(0).shape[axisOf(context)]! > 1 ? undefined : [context.labels(0)]),
}
