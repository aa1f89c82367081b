import { z } from 'zod'
import { GraphBuilder } from './graphBuilder'
import { commonParams, defineArchitecture } from './architecture'
import { roundChannels } from './mobilenet-v2'

type Activation = 'relu' | 'hardswish'

interface Row {
  readonly kernel: number
  readonly expanded: number
  readonly out: number
  readonly squeeze: boolean
  readonly activation: Activation
  readonly stride: number
}

const row = (
  kernel: number,
  expanded: number,
  out: number,
  squeeze: boolean,
  activation: Activation,
  stride: number,
): Row => ({ kernel, expanded, out, squeeze, activation, stride })

/** Table 2 of the paper. */
const rows: readonly Row[] = [
  row(3, 16, 16, true, 'relu', 2),
  row(3, 72, 24, false, 'relu', 2),
  row(3, 88, 24, false, 'relu', 1),
  row(5, 96, 40, true, 'hardswish', 2),
  row(5, 240, 40, true, 'hardswish', 1),
  row(5, 240, 40, true, 'hardswish', 1),
  row(5, 120, 48, true, 'hardswish', 1),
  row(5, 144, 48, true, 'hardswish', 1),
  row(5, 288, 96, true, 'hardswish', 2),
  row(5, 576, 96, true, 'hardswish', 1),
  row(5, 576, 96, true, 'hardswish', 1),
]

const lastConv = 576
const hidden = 1024

/** Channels of the squeeze as a share of the expansion. */
const squeezeShare = 1 / 4

/** MobileNetV3-Small (Howard et al., 2019) with torchvision's layout and names; the small stem drops the first two subsamplings, for 32×32 images. */
export const mobilenetV3Small = defineArchitecture({
  id: 'mobilenet-v3-small',
  label: 'MobileNetV3-Small',
  params: z.object({
    ...commonParams,
    smallStem: z
      .boolean()
      .default(true)
      .describe('Keep the resolution in the first two layers, for images of about 32×32'),
  }),
  build: ({ classes, size, smallStem }, random) => {
    const builder = new GraphBuilder(random, { channels: 3, size })
    let skipped = smallStem ? 2 : 0
    const strideOf = (stride: number): number => (stride === 2 && skipped-- > 0 ? 1 : stride)
    let x = convNorm(builder, 'features.0', 'input', 16, { kernel: 3, stride: strideOf(2) }, 'hardswish')
    rows.forEach(
      (each, index) =>
        (x = block(builder, `features.${index + 1}.block`, x, { ...each, stride: strideOf(each.stride) })),
    )
    x = convNorm(builder, `features.${rows.length + 1}`, x, lastConv, { kernel: 1 }, 'hardswish')
    const wide = activate(
      builder,
      'classifier.1',
      builder.linear('classifier.0', builder.pool('avgpool', x), hidden),
      'hardswish',
    )
    return builder.build('mobilenet-v3-small', builder.linear('classifier.3', wide, classes), classes)
  },
})

const activate = (builder: GraphBuilder, name: string, x: string, activation: Activation): string =>
  activation === 'relu' ? builder.relu(name, x) : builder.unary(name, 'HardSwish', x)

function convNorm(
  builder: GraphBuilder,
  name: string,
  x: string,
  out: number,
  conv: Parameters<GraphBuilder['conv']>[3],
  activation?: Activation,
): string {
  const normed = builder.batchNorm(`${name}.1`, builder.conv(`${name}.0`, x, out, conv))
  return activation ? activate(builder, `${name}.2`, normed, activation) : normed
}

function block(
  builder: GraphBuilder,
  name: string,
  x: string,
  { kernel, expanded, out, squeeze, activation, stride }: Row,
): string {
  const expands = expanded !== builder.channelsOf(x)
  let index = 0
  const wide = expands ? convNorm(builder, `${name}.${index++}`, x, expanded, { kernel: 1 }, activation) : x
  const filtered = convNorm(
    builder,
    `${name}.${index++}`,
    wide,
    expanded,
    { kernel, stride, groups: expanded },
    activation,
  )
  const weighted = squeeze ? squeezeExcite(builder, `${name}.${index++}`, filtered) : filtered
  const projected = convNorm(builder, `${name}.${index}`, weighted, out, { kernel: 1 })
  return stride === 1 && builder.channelsOf(x) === out ? builder.binary(`${name}.add`, 'Add', x, projected) : projected
}

/** Channels weighted by what a small network sees in their means (Hu et al., 2018), with a hard sigmoid. */
function squeezeExcite(builder: GraphBuilder, name: string, x: string): string {
  const channels = builder.channelsOf(x)
  const pooled = builder.unary(`${name}.avgpool`, 'GlobalAveragePool', x)
  const squeezed = builder.relu(
    `${name}.activation`,
    builder.conv(`${name}.fc1`, pooled, roundChannels(channels * squeezeShare), { kernel: 1, bias: true }),
  )
  const excited = builder.conv(`${name}.fc2`, squeezed, channels, { kernel: 1, bias: true })
  const scale = builder.unary(`${name}.scale_activation`, 'HardSigmoid', excited, { alpha: 1 / 6, beta: 0.5 })
  return builder.binary(`${name}.mul`, 'Mul', scale, x)
}
