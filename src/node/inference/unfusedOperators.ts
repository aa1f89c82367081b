import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDequantize, isQuantize } from '../../core/graph/conversions'
import { modelType } from '../../core/onnx/proto'
import type { ModelProto } from '../../core/onnx/proto'
import { operatorOf } from '../../core/ops/nodeFacts'
import { createInferenceWorker } from './inferenceWorker'
import type { ModelSource } from './messages'

export interface RuntimeNode {
  readonly name: string
  readonly op: string
}

/** A model after onnxruntime's optimization. */
export interface FusionReport {
  /** Operators of the optimized graph and their counts. */
  readonly operators: Readonly<Record<string, number>>
  /** Nodes that compute in float although the model is quantized, and conversions between quantized nodes. */
  readonly unfused: readonly RuntimeNode[]
}

/** The nodes that onnxruntime actually runs, after its own optimization for this machine. */
async function runtimeNodes(model: ModelSource): Promise<readonly RuntimeNode[]> {
  const folder = await mkdtemp(join(tmpdir(), 'nnopt-optimized-'))
  try {
    const optimizedModelPath = join(folder, 'optimized.onnx')
    const worker = await createInferenceWorker(model, { threads: 1, optimizedModelPath })
    await worker.close()
    const decoded: ModelProto = modelType.toObject(modelType.decode(await readFile(optimizedModelPath)))
    return (decoded.graph?.node ?? []).map(({ name = '', opType = '' }) => ({ name, op: opType }))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The speed of operators that only move numbers does not depend on being fused. */
const isInteger = ({ op }: RuntimeNode): boolean =>
  op.startsWith('QLinear') ||
  op.startsWith('QGemm') ||
  op.endsWith('IntegerToFloat') ||
  op.endsWith('Integer') ||
  operatorOf({ op })?.mover === true

/**
 * Lists what runs in float in a quantized model, except the one QuantizeLinear at the input and the one
 * DequantizeLinear at the output.
 */
export async function unfusedOperators(model: ModelSource): Promise<FusionReport> {
  const nodes = await runtimeNodes(model)
  const operators: Record<string, number> = {}
  for (const { op } of nodes) operators[op] = (operators[op] ?? 0) + 1
  const first = nodes.findIndex(isQuantize)
  const last = nodes.findLastIndex(isDequantize)
  return { operators, unfused: nodes.filter((node, index) => !isInteger(node) && index !== first && index !== last) }
}
