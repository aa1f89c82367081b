import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { compareScores } from '../../../../core/measure/compareScores'
import type { ScoredImages } from '../../../../core/measure/compareScores'
import { writeOnnx } from '../../../../core/onnx/index'
import { isQuantized } from '../../../../core/graph/conversions'
import { chooseHere, chooseWithoutVnni } from '../../../../core/deploy/recommendation'
import { integerForm } from '../../../../core/deploy/integerForm'
import { sevenBitForm } from '../../../../core/deploy/sevenBitForm'
import { NNOptError } from '../../../../shared/errors'
import type { Deployment, Recommendation, Version } from '../../../../shared/types'
import { createDataPool } from '../../../datasets'
import type { DatasetRecord } from '../../../datasets/record'
import { benchmarkGroups } from '../../../inference/benchmark'
import type { BenchmarkEntry, BenchmarkReport } from '../../../inference/benchmark'
import { runtimeName } from '../../../inference/runtimeVersion'
import { probeSaturation } from '../../../inference/saturation'
import type { StepContext } from '../../step'
import { endsInSoftmax } from '../images/ends'
import { openImages } from '../images/labelledImages'
import { scoresOf } from '../quantize/scores'
import { readModelFile } from '../versions/readModelFile'

export interface RecommendRequest {
  readonly version: Version
  readonly dataset: DatasetRecord
  readonly samples: number
  readonly seed: number
  readonly batch: number
  readonly threads: number
  /** Accuracy that may be lost, as a share. */
  readonly maxDrop: number
}

type Context = Pick<StepContext, 'store' | 'progress' | 'signal'>

const exactSums = { 'session.x64quantprecision': '1' }

/** One way of deployment before it is measured. */
interface Candidate extends Pick<Deployment, 'kind' | 'how' | 'accuracyIs'> {
  /** What is scored, and what is timed. */
  readonly scored: string
  readonly timed: string | undefined
  readonly entries?: Readonly<Record<string, string>>
  readonly pairsAtRisk: number
}

/** Measures an int8 version beside its float network, with exact and with saturating sums and with 7-bit weights, and says which to deploy. Throws `unsupported` for a version without both. */
export async function recommendVersion(request: RecommendRequest, context: Context): Promise<Recommendation> {
  const float = await floatParent(context.store, request.version)
  const folder = mkdtempSync(join(tmpdir(), 'nnopt-recommend-'))
  try {
    const { saturates } = await probeSaturation()
    const candidates = writeCandidates(
      { float: context.store.paths.model(float.id), int8: context.store.paths.model(request.version.id) },
      saturates,
      folder,
    )
    const scores = await scoreAll(candidates, float, request, context)
    const report = await timeAll(candidates, request, context)
    const deployments = candidates.map((candidate, index): Deployment => {
      const { kind, how, accuracyIs, pairsAtRisk, scored, timed } = candidate
      return {
        kind,
        how,
        accuracyIs,
        pairsAtRisk,
        accuracy: compareScores(scores[0]!, scores[index]!),
        samplesPerSecond: report.results.find(({ id }) => id === kind)?.throughput ?? null,
        sizeBytes: statSync(timed ?? scored).size,
      }
    })
    const warnings = [...new Set(report.results.flatMap((result) => result.warnings))]
    return {
      version: request.version.id,
      cpu: report.cpu,
      saturates,
      runtime: runtimeName(),
      batch: request.batch,
      threads: request.threads,
      deployments,
      here: chooseHere(deployments, request.maxDrop),
      withoutVnni: chooseWithoutVnni(deployments, request.maxDrop),
      warnings,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function floatParent(store: Context['store'], version: Version): Promise<Version> {
  if (version.precision !== 'int8')
    throw new NNOptError(
      'unsupported',
      `version '${version.name}' is ${version.precision}: expected an int8 version; run 'nnopt quantize' first`,
    )
  for (let parent = version.parentId; parent !== null;) {
    const found = await store.versions.find(parent)
    if (!found) break
    if (found.precision === 'fp32') return found
    parent = found.parentId
  }
  throw new NNOptError(
    'unsupported',
    `version '${version.name}': its fp32 version is not in this workspace; import the fp32 model and quantize it here`,
  )
}

function writeCandidates(
  { float, int8 }: { readonly float: string; readonly int8: string },
  saturates: boolean,
  folder: string,
): readonly Candidate[] {
  const { graph } = readModelFile(int8)
  if (!isQuantized(graph))
    throw new NNOptError('unsupported', 'expected a model with QuantizeLinear and DequantizeLinear nodes')
  const write = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes)
    return join(folder, name)
  }
  const saturating = integerForm(graph, { saturates: true })
  if (!saturating)
    throw new NNOptError(
      'unsupported',
      'expected one scale per activation and one DequantizeLinear per weight: saturation cannot be simulated for other files',
    )
  const sevenBit = write('seven-bit.onnx', writeOnnx(sevenBitForm(graph)))
  const imitated = saturates
    ? int8
    : write('saturating.onnx', saturating.pairs === 0 ? readFileSync(int8) : writeOnnx(saturating.graph))
  return [
    { kind: 'fp32', how: 'the fp32 version', scored: float, timed: float, accuracyIs: 'measured', pairsAtRisk: 0 },
    {
      kind: 'int8-exact',
      how: saturates
        ? 'the int8 file with session.x64quantprecision=1'
        : 'the int8 file: products do not saturate on this CPU',
      scored: int8,
      timed: int8,
      accuracyIs: 'measured',
      pairsAtRisk: 0,
      ...(saturates && { entries: exactSums }),
    },
    {
      kind: 'int8-saturating',
      how: saturates
        ? 'the int8 file with default session options'
        : 'the int8 file as computed by a CPU without VNNI; simulated, so there is no throughput',
      scored: imitated,
      timed: saturates ? int8 : undefined,
      accuracyIs: saturates ? 'measured' : 'simulated',
      pairsAtRisk: saturating.pairs,
    },
    {
      kind: 'int8-7bit',
      how: 'the int8 weights rounded to ±64, which cannot saturate on any CPU',
      scored: sevenBit,
      timed: sevenBit,
      accuracyIs: 'measured',
      pairsAtRisk: 0,
    },
  ]
}

async function scoreAll(
  candidates: readonly Candidate[],
  version: Version,
  { dataset, samples, seed }: RecommendRequest,
  { store, progress, signal }: Context,
): Promise<readonly ScoredImages[]> {
  const { graph } = readModelFile(store.paths.model(version.id))
  const pool = createDataPool(dataset)
  try {
    const images = await openImages({ pool, record: dataset, version, graph })
    const chosen = images.choose('val', samples, 'stratified', seed)
    const scores: ScoredImages[] = []
    for (const { kind, scored, entries } of candidates) {
      scores.push(
        await scoresOf(scored, () => images.batches('val', chosen, scoringBatch), {
          kind: endsInSoftmax(graph) ? 'probabilities' : 'logits',
          signal,
          ...(entries && { entries }),
          onProgress: (done) => progress({ label: `scoring ${kind}`, done, total: chosen.length, unit: 'images' }),
        }),
      )
    }
    return scores
  } finally {
    await pool.close()
  }
}

const scoringBatch = 8

function timeAll(
  candidates: readonly Candidate[],
  { version: { inputSize }, batch, threads }: RecommendRequest,
  { progress, signal }: Context,
): Promise<BenchmarkReport> {
  if (threads > availableParallelism())
    throw new NNOptError(
      'badInput',
      `threads: expected at most the ${availableParallelism()} cores of this machine, got ${threads}`,
    )
  const entries = candidates.flatMap(({ kind, timed, entries: settings }): readonly BenchmarkEntry[] =>
    timed === undefined
      ? []
      : [
          {
            id: kind,
            model: timed,
            imageShape: [3, inputSize.height, inputSize.width],
            engine: 'onnxruntime',
            form: 'original',
            sessions: 1,
            threads,
            batch,
            ...(settings && { settings }),
          },
        ],
  )
  return benchmarkGroups([entries], {
    signal,
    onProgress: (done, total) => progress({ label: 'measuring throughput', done, total, unit: 'rounds' }),
  })
}
