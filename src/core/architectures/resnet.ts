import type { GraphBuilder } from './graphBuilder'

/** Two 3×3 convolutions around a shortcut (He et al., 2016, figure 2); `shortcut` names the projection's convolution and norm. */
export function basicBlock(builder: GraphBuilder, name: string, x: string, out: number, stride: number): string {
  const first = builder.relu(
    `${name}.relu`,
    builder.batchNorm(`${name}.bn1`, builder.conv(`${name}.conv1`, x, out, { kernel: 3, stride })),
  )
  const second = builder.batchNorm(`${name}.bn2`, builder.conv(`${name}.conv2`, first, out, { kernel: 3 }))
  const same = stride === 1 && builder.channelsOf(x) === out
  const shortcut = same
    ? x
    : builder.batchNorm(
        `${name}.downsample.1`,
        builder.conv(`${name}.downsample.0`, x, out, { kernel: 1, stride, padding: 0 }),
      )
  return builder.relu(`${name}.relu2`, builder.binary(`${name}.add`, 'Add', second, shortcut))
}

/** A run of basic blocks, the first of which may subsample. */
export function layerOf(
  builder: GraphBuilder,
  name: string,
  x: string,
  out: number,
  count: number,
  stride: number,
): string {
  return Array.from({ length: count }).reduce<string>(
    (value, _, index) => basicBlock(builder, `${name}.${index}`, value, out, index === 0 ? stride : 1),
    x,
  )
}
