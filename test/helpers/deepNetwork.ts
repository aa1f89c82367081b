import { createRandom } from '../../src/core/data/random'
import { GraphBuilder } from '../../src/core/architectures/graphBuilder'
import { writeOnnx } from '../../src/core/onnx/write'

const channels = 4

/** The file of a network of residual blocks, of exactly so many nodes. Without activations and normalization every node is a layer of its own. */
export function deepNetwork(nodes: number): Uint8Array {
  const builder = new GraphBuilder(createRandom(1, 0), { channels: 3, size: 16 })
  let value = builder.conv('stem.conv', 'input', channels, { kernel: 3 })
  // The stem, the pooling with its Flatten and the classifier are four; a block is three.
  const blocks = Math.floor((nodes - 4) / 3)
  for (let block = 0; block < blocks; block++) {
    const name = `blocks.${block}`
    const inner = builder.conv(
      `${name}.second`,
      builder.conv(`${name}.first`, value, channels, { kernel: 1 }),
      channels,
      { kernel: 1 },
    )
    value = builder.binary(`${name}.sum`, 'Add', value, inner)
  }
  for (let rest = 4 + 3 * blocks; rest < nodes; rest++)
    value = builder.conv(`last.${rest}`, value, channels, { kernel: 1 })
  return writeOnnx(builder.build('deep', builder.linear('classifier', builder.pool('pool', value), 3), 3))
}
