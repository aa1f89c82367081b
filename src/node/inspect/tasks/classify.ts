import { preprocess } from '../../../core/data/preprocess'
import type { RgbImage } from '../../../core/data/image'
import { median } from '../../../core/measure/latency'
import { atLeast } from '../../../shared/atLeast'
import type { ParsedParamsOf } from '../../../shared/contract'
import { NNOptError } from '../../../shared/errors'
import type { Classification, Version } from '../../../shared/types'
import { loadDecoder } from '../../datasets/worker/decoder'
import { UnreadableImage } from '../../datasets/worker/unreadableImage'
import { resolveVersion } from '../../store/resolve'
import type { InspectContext, Inspection } from '../inspection'
import { openedModel } from '../openedModel'

/** Runs several versions on one image, one after another, so that none slows another down. */
export const classify: Inspection<'versions.classify'> = async (context, { versions, image, top, runs, tuned }) => {
  const picture = await decoded(image)
  const answers: Classification[] = []
  for (const reference of versions)
    answers.push(await answerOf(context, await resolveVersion(context.store, reference), picture, { top, runs, tuned }))
  return answers
}

type AnswerOptions = Pick<ParsedParamsOf<'versions.classify'>, 'top' | 'runs' | 'tuned'>

async function decoded(bytes: Uint8Array): Promise<RgbImage> {
  const decode = await loadDecoder()
  try {
    return await decode(Buffer.from(bytes))
  } catch (error) {
    if (error instanceof UnreadableImage)
      throw new NNOptError('badInput', `the image ${error.message}: expected JPEG, PNG or WebP`)
    throw error
  }
}

async function answerOf(
  { store }: InspectContext,
  version: Version,
  picture: RgbImage,
  { top, runs, tuned }: AnswerOptions,
): Promise<Classification> {
  const { model, preprocessing, imageShape, endsInSoftmax, threads, runtime } = await openedModel(store, version, tuned)
  const [channels, height, width] = atLeast(3, imageShape)
  const images = new Float32Array(channels * height * width)
  preprocess(picture, preprocessing, images, 0, 'nchw', { height, width })
  const shape = [1, channels, height, width]
  // The first run of a session plans its memory.
  const times = (await model.time({ images, shape }, runs + 1)).slice(1)
  const { outputs } = await model.run({ images, shape })
  const scores = [...outputs[model.outputs[0]!.name]!.data]
  const probabilities = endsInSoftmax ? scores : softmax(scores)
  const ranked = probabilities
    .map((probability, index) => ({ name: version.classes[index] ?? String(index), probability }))
    .sort((a, b) => b.probability - a.probability)
  return { version: version.id, top: ranked.slice(0, top), latencyMs: median(times), runs, threads, runtime }
}

function softmax(logits: readonly number[]): number[] {
  const largest = logits.reduce((most, logit) => Math.max(most, logit), -Infinity)
  const powers = logits.map((logit) => Math.exp(logit - largest))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map((power) => power / sum)
}
