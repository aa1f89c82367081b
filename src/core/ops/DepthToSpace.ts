import { z } from 'zod'
import { NNOptError } from '../../shared/errors'
import { defineBlocks } from './blocks'

const attributes = z.object({ blocksize: z.number().int().positive(), mode: z.enum(['DCR', 'CRD']).default('DCR') })

/** Channels become blocks of b × b positions (ONNX DepthToSpace-13; CRD is PyTorch's pixel shuffle). */
export const depthToSpaceOperator = defineBlocks('DepthToSpace', attributes, ({ node, attributes, shapes: [x] }) => {
  const { blocksize: block, mode } = attributes
  const [batch = 1, channels = 1, height = 1, width = 1] = x
  const kept = channels / block ** 2
  if (x.length !== 4 || !Number.isInteger(kept))
    throw new NNOptError(
      'badInput',
      `node '${node.name}' (DepthToSpace): expected [N, a multiple of ${block ** 2}, H, W], got [${x.join(', ')}]`,
      { node: node.name },
    )
  const output = [batch, kept, height * block, width * block]
  return mode === 'DCR'
    ? { split: [batch, block, block, kept, height, width], order: [0, 3, 4, 1, 5, 2], output }
    : { split: [batch, kept, block, block, height, width], order: [0, 1, 4, 2, 5, 3], output }
})
