import type { NetworkFacts } from '../shared/types'
import { bytes, integer, percent } from './output/format'
import { facts, table } from './output/table'

/** Counts for a version's file, in total and per layer. */
export function networkText(
  { totalParams, nonzeroParams, sparsity, macs, gzipBytes, layers }: NetworkFacts,
  sizeBytes: number,
): string {
  const totals = facts([
    ['parameters', `${integer(totalParams)}, ${integer(nonzeroParams)} nonzero`],
    ['zero weights', percent(sparsity)],
    ['operations', `${integer(macs)} multiply-accumulates per image`],
    ['file', `${bytes(sizeBytes)}, ${bytes(gzipBytes)} gzipped`],
  ])
  const rows = layers.map((layer) => [
    layer.name,
    layer.op,
    layer.shape.join('×'),
    integer(layer.params),
    percent(layer.sparsity),
    integer(layer.macs),
  ])
  return `${totals}\n\n${table(['layer', 'kind', 'weights', 'parameters', 'zero', 'operations'], rows)}`
}
