import { batchNormApply, batchNormGradients, batchNormStatistics, inverseDeviation } from './batchNorm'
import { convolutionFunctions } from './convolution'
import { depthwiseFunctions } from './depthwise'
import { columnSums, fakeQuantFunctions, relu, reluGradient, sum, transpose } from './elementwise'
import { encodeModule } from './encoding'
import { gemm } from './gemm'

/** gemm comes first: convolutions call it by its index. */
const GEMM = 0

const functions = [
  gemm,
  ...convolutionFunctions(GEMM),
  ...depthwiseFunctions,
  batchNormStatistics,
  inverseDeviation,
  batchNormApply,
  ...batchNormGradients,
  relu,
  reluGradient,
  sum,
  transpose,
  columnSums,
  ...fakeQuantFunctions,
]

type Compute = (...parameters: readonly number[]) => void

/** Runs a function of simd/*.ts by name; parameters as its definition lists them, addresses in bytes. */
export type Program = (name: string, ...parameters: readonly number[]) => void

const written = functions.map((write) => write())

/** Every function, in an order that all threads know. */
export const functionNames: readonly string[] = written.map(({ name }) => name)

let compiled: WebAssembly.Module | undefined

/** Compiles the kernels once a thread and binds them to a memory. */
export function createProgram(memory: WebAssembly.Memory): Program {
  compiled ??= new WebAssembly.Module(encodeModule(written))
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } })
  return (name, ...parameters) => (exports[name] as Compute)(...parameters)
}
