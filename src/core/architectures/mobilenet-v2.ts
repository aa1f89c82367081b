import { z } from 'zod'
import { GraphBuilder } from './graphBuilder'
import { commonParams, defineArchitecture } from './architecture'
import { atLeast } from '../../shared/atLeast'

/** Rows of table 2 of the paper: expansion t, channels c, repetitions n, first stride s. */
const stages = [
  { expansion: 1, channels: 16, count: 1, stride: 1 },
  { expansion: 6, channels: 24, count: 2, stride: 2 },
  { expansion: 6, channels: 32, count: 3, stride: 2 },
  { expansion: 6, channels: 64, count: 4, stride: 2 },
  { expansion: 6, channels: 96, count: 3, stride: 1 },
  { expansion: 6, channels: 160, count: 3, stride: 2 },
  { expansion: 6, channels: 320, count: 1, stride: 1 },
]

const params = z.object({
  ...commonParams,
  width: z.number().min(0.1).max(2).default(1).describe('Width multiplier: scales every channel count'),
  totalStride: z
    .union([z.literal(8), z.literal(16), z.literal(32)])
    .default(32)
    .describe('Input size divided by final feature map size: 32 for large images, 16 or 8 for 32×32'),
  strides: z
    .array(z.number().int().min(1).max(2))
    .length(stages.length + 1)
    .optional()
    .describe('Strides of the stem and of each stage; overrides the total stride'),
})

/** MobileNetV2 (Sandler et al., 2018) with torchvision's layout and names. Smaller total strides drop the earliest subsamplings. */
export const mobilenetV2 = defineArchitecture({
  id: 'mobilenet-v2',
  label: 'MobileNetV2',
  params,
  build: ({ classes, size, width, totalStride, strides }, random) => {
    const builder = new GraphBuilder(random, { channels: 3, size })
    const [stemStride, ...stageStrides] = atLeast(1, strides ?? stridesFor(totalStride))
    let x = convNormRelu(builder, 'features.0', 'input', roundChannels(32 * width), 3, stemStride)
    let index = 1
    for (const [stage, { expansion, channels, count }] of stages.entries()) {
      const out = roundChannels(channels * width)
      const first = stageStrides[stage]!
      for (let repeat = 0; repeat < count; repeat++)
        x = invertedResidual(builder, `features.${index++}`, x, out, repeat === 0 ? first : 1, expansion)
    }
    x = convNormRelu(builder, `features.${index}`, x, roundChannels(1280 * Math.max(1, width)), 1, 1)
    return builder.build('mobilenet-v2', builder.linear('classifier.1', builder.pool('pool', x), classes), classes)
  },
})

/** The strides of the paper, without the earliest subsamplings that a smaller total stride leaves out. */
function stridesFor(totalStride: number): readonly number[] {
  let skipped = Math.log2(32 / totalStride)
  return [2, ...stages.map(({ stride }) => stride)].map((stride) => (stride === 2 && skipped-- > 0 ? 1 : stride))
}

/** The nearest multiple of 8 that is not more than 10 % smaller, as torchvision's _make_divisible. */
export function roundChannels(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8)
  return rounded < 0.9 * channels ? rounded + 8 : rounded
}

function convNormRelu(
  builder: GraphBuilder,
  name: string,
  x: string,
  out: number,
  kernel: number,
  stride: number,
  groups = 1,
): string {
  return builder.relu6(
    `${name}.2`,
    builder.batchNorm(`${name}.1`, builder.conv(`${name}.0`, x, out, { kernel, stride, groups })),
  )
}

function invertedResidual(
  builder: GraphBuilder,
  name: string,
  x: string,
  out: number,
  stride: number,
  expansion: number,
): string {
  const hidden = builder.channelsOf(x) * expansion
  const expanded = expansion === 1 ? x : convNormRelu(builder, `${name}.conv.0`, x, hidden, 1, 1)
  const at = expansion === 1 ? 0 : 1
  const filtered = convNormRelu(builder, `${name}.conv.${at}`, expanded, hidden, 3, stride, hidden)
  const projected = builder.batchNorm(
    `${name}.conv.${at + 2}`,
    builder.conv(`${name}.conv.${at + 1}`, filtered, out, { kernel: 1 }),
  )
  return stride === 1 && builder.channelsOf(x) === out ? builder.binary(`${name}.add`, 'Add', x, projected) : projected
}
