import { batchNormApply, batchNormGradients, batchNormStatistics, inverseDeviation } from './batchNorm'
import { convolutionFunctions } from './convolution'
import { depthwiseFunctions } from './depthwise'
import { columnSums, fakeQuantFunctions, relu, reluGradient, sum, transpose } from './elementwise'
import { encodeModule } from './encoding'
import { gemm } from './gemm'

/** gemm comes first, because convolutions call it by index. */
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

/** Runs a function of simd/*.ts by name with the parameters of its definition; addresses are in bytes. */
export type Program = (name: string, ...parameters: readonly number[]) => void

const written = functions.map((write) => write())

/** All functions, in an order shared by all threads. */
export const functionNames: readonly string[] = written.map(({ name }) => name)

let compiled: WebAssembly.Module | undefined

/** Compiles the kernels once per thread and binds them to a memory. */
export function createProgram(memory: WebAssembly.Memory): Program {
  compiled ??= new WebAssembly.Module(encodeModule(written))
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } })
  return (name, ...parameters) => (exports[name] as Compute)(...parameters)
}
