import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { defineBlocks } from './blocks'

const attributes = z.object({ blocksize: z.number().int().positive() })

/** Blocks of b × b positions become channels (ONNX SpaceToDepth-13). */
export const spaceToDepthOperator = defineBlocks('SpaceToDepth', attributes, ({ node, attributes, shapes: [x] }) => {
  const { blocksize: block } = attributes
  const [batch = 1, channels = 1, height = 1, width = 1] = x
  const [rows, columns] = [height / block, width / block]
  if (x.length !== 4 || !Number.isInteger(rows) || !Number.isInteger(columns))
    throw new NNOptError(
      'badInput',
      `node '${node.name}' (SpaceToDepth): expected a height and a width that ${block} divides, got [${x.join(', ')}]`,
      { node: node.name },
    )
  return {
    split: [batch, channels, rows, block, columns, block],
    order: [0, 3, 5, 1, 2, 4],
    output: [batch, channels * block ** 2, rows, columns],
  }
})
