import { defineCodeSample, literal, literals } from './codeSample'
import type { SampleFacts } from './codeSample'

function geometry({ preprocessing: { resize, crop } }: SampleFacts): string {
  const resizing = !resize
    ? ''
    : 'shortSide' in resize
      ? `\n    .resize({ width: ${resize.shortSide}, height: ${resize.shortSide}, fit: 'outside', kernel: 'linear' })`
      : `\n    .resize({ width: ${resize.width}, height: ${resize.height}, fit: 'fill', kernel: 'linear' })`
  if (!crop) return `  const image = sharp(path).removeAlpha().toColourspace('srgb')${resizing}`
  return `  const resized = await sharp(path).removeAlpha().toColourspace('srgb')${resizing}
    .raw().toBuffer({ resolveWithObject: true })
  const { width, height, channels } = resized.info
  const image = sharp(resized.data, { raw: { width, height, channels } })
    .extract({ left: Math.round((width - ${crop.width}) / 2), top: Math.round((height - ${crop.height}) / 2), width: ${crop.width}, height: ${crop.height} })`
}

export const javascript = defineCodeSample({
  id: 'javascript',
  label: 'JavaScript',
  fileName: 'classify.mjs',
  usage: 'npm install onnxruntime-node sharp\nnode classify.mjs picture.jpg',
  code: (facts) => `import { InferenceSession, Tensor } from 'onnxruntime-node'
import sharp from 'sharp'

const classes = [${literals(facts.classes)}]
const mean = [${facts.preprocessing.mean.join(', ')}]
const std = [${facts.preprocessing.std.join(', ')}]

/** An image as the model expects it: float32 of shape [1, 3, ${facts.height}, ${facts.width}]. */
async function prepare(path) {
${geometry(facts)}
  const bytes = await image.raw().toBuffer()
  const count = bytes.length / 3
  const data = Float32Array.from({ length: bytes.length }, (_, at) => {
    const channel = Math.floor(at / count)
    return (bytes[(at % count) * 3 + channel] / 255 - mean[channel]) / std[channel]
  })
  return new Tensor('float32', data, [1, 3, ${facts.height}, ${facts.width}])
}

const session = await InferenceSession.create(${literal(facts.modelFile)})
const output = await session.run({ [${literal(facts.inputName)}]: await prepare(process.argv[2]) })
const scores = [...output[session.outputNames[0]].data]
const exponentials = scores.map((score) => Math.exp(score - Math.max(...scores)))
const sum = exponentials.reduce((total, value) => total + value, 0)
const order = scores.map((_, index) => index).sort((a, b) => scores[b] - scores[a])
for (const index of order.slice(0, 5)) console.log((exponentials[index] / sum).toFixed(4), classes[index] ?? index)
`,
})
