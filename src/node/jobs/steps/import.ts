import { z } from 'zod'
import { classesOf, preprocessingOf, withModelFacts } from '../../../core/data/modelFacts'
import { assertFits, guessPreprocessing } from '../../../core/data/preprocessing'
import type { Preprocessing } from '../../../core/data/preprocessing'
import { preprocessingPresets, preprocessingSchema } from '../../../core/data/preprocessing'
import type { InputSize } from '../../../core/onnx/inputSize'
import { classOutput, imageInput } from '../../../core/graph/graph'
import type { Graph } from '../../../core/graph/graph'
import { atLeast } from '../../../shared/atLeast'
import { NNOptError } from '../../../shared/errors'
import { newVersionName } from '../../../shared/fields'
import { isPrintable } from '../../../shared/printable'
import { versionOrigins } from '../../../shared/types'
import { defineStep } from '../step'
import type { StepContext, StepOutput } from '../step'

const params = z.object({
  file: z.string().min(1).meta({ path: 'existing' }).describe('ONNX model'),
  name: newVersionName().describe('Name of the new version'),
  preprocessing: z
    .union([z.string(), preprocessingSchema])
    .optional()
    .meta({ path: 'text', presets: Object.keys(preprocessingPresets) })
    .describe('imagenet, cifar, a JSON file, or the fields themselves; guessed if the model has no metadata'),
  inputSize: z
    .string()
    .regex(/^[1-9]\d{0,4}x[1-9]\d{0,4}$/, 'expected height x width, such as 224x224')
    .optional()
    .describe('Height × width, such as 48x320, for a model that leaves them free'),
  classes: z
    .union([z.string(), z.array(z.string()).min(1)])
    .optional()
    .meta({ path: 'text' })
    .describe('Class names in output order, or a file with them'),
  followLinks: z
    .boolean()
    .default(true)
    .describe('Read external data through links that leave the folder of the model'),
  origin: z.enum(versionOrigins).default('imported').describe('Origin to show for the version'),
})

type Params = z.output<typeof params>

/** Takes an ONNX model into the workspace. */
export const importStep = defineStep({
  id: 'import',
  label: 'Import ONNX model',
  help: 'Takes an ONNX model into the workspace',
  makes: 'version',
  params,
  run,
})

async function run(
  context: StepContext,
  { file, name, preprocessing, inputSize, classes, followLinks, origin }: Params,
): Promise<StepOutput> {
  const [{ isQuantized }, { readForeign }, { saveModel }] = await Promise.all([
    import('../../../core/onnx/index'),
    import('../../foreign/readForeign'),
    import('../work/versions/saveModel'),
  ])
  context.progress({ label: 'reading the model', done: 0 })
  const isText = (value: unknown): value is string => typeof value === 'string'
  const request = {
    file,
    followLinks,
    inputSize: inputSize === undefined ? undefined : sizeOf(inputSize),
    preprocessing: isText(preprocessing) ? preprocessing : undefined,
    classesFile: isText(classes) ? classes : undefined,
  }
  const found = await readForeign('model', request, { what: `'${file}'`, signal: context.signal })
  const { graph: read, bytes } = found
  const warnings: string[] = [...found.warnings]
  const names = found.classes ?? (isText(classes) ? undefined : classes) ?? classesOf(read)
  assertClassNames(read, names, file)
  const given = found.preprocessing ?? (isText(preprocessing) ? undefined : preprocessing)
  const graph = withModelFacts(read, { preprocessing: knownPreprocessing(read, given, warnings), classes: names })
  const int8 = isQuantized(graph)
  if (int8) warnings.push('an int8 model can be measured and exported, but not trained or quantized again')
  warnings.forEach(context.warn)
  const version = await saveModel(context, {
    graph,
    name,
    origin,
    precision: int8 ? 'int8' : 'fp32',
    trainable: !int8,
    warnings,
    files: new Map([['source.onnx', bytes]]),
  })
  return { versionId: version.id }
}

function sizeOf(text: string): InputSize {
  const [height = 0, width = 0] = text.split('x').map(Number)
  return { height, width }
}

function knownPreprocessing(graph: Graph, given: Preprocessing | undefined, warnings: string[]): Preprocessing {
  const [height, width] = atLeast(2, imageInput(graph).shape.slice(2).map(Number))
  const known = given ?? preprocessingOf(graph)
  if (known) {
    assertFits(known, { width, height }, graph.name)
    return known
  }
  const guess = guessPreprocessing(height, width)
  warnings.push(guess.warning)
  return guess.preprocessing
}

function assertClassNames(graph: Graph, names: readonly string[] | undefined, file: string): void {
  const outputs = Number(classOutput(graph).shape.at(-1))
  const unprintable = names?.find((name) => !isPrintable(name))
  if (unprintable !== undefined)
    throw new NNOptError('badInput', `class '${unprintable}': expected a name without control characters`)
  if (names && names.length !== outputs)
    throw new NNOptError(
      'badInput',
      `'${file}' outputs ${outputs} scores per image: expected ${outputs} class names, got ${names.length}`,
    )
}
