import { f32, select } from './emitter'
import type { Code, ValueType } from './encoding'
import { encodeModule, float32Bytes, unsigned } from './encoding'

/**
 * Float arithmetic on adjacent elements: four at a time, or one for the remainder. Operands named `cheap` are evaluated
 * twice.
 */
export interface Lanes {
  readonly type: ValueType
  readonly count: number
  readonly bytes: number
  load(address: Code, offset?: number): Code
  store(address: Code, value: Code, offset?: number): Code
  /** Loads one float into every lane. */
  loadSplat(address: Code): Code
  splat(scalar: Code): Code
  constant(value: number): Code
  add(a: Code, b: Code): Code
  sub(a: Code, b: Code): Code
  mul(a: Code, b: Code): Code
  div(a: Code, b: Code): Code
  /** a · b + c, rounded once if the CPU and Node support it (relaxed SIMD), else twice. */
  multiplyAdd(a: Code, b: Code, c: Code): Code
  sqrt(a: Code): Code
  /** Rounds to the nearest integer, ties to even. */
  nearest(a: Code): Code
  /** b where a < b, else a; preserves NaN in a. */
  atLeast(cheapA: Code, cheapB: Code): Code
  /** b where b < a, else a; preserves NaN in a. */
  atMost(cheapA: Code, cheapB: Code): Code
  /** value where a < b, else 0. */
  whereLess(value: Code, a: Code, b: Code): Code
  /** value where a ≤ b, else 0. */
  whereLessEqual(value: Code, a: Code, b: Code): Code
}

const ALIGNMENT = 0x02
const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)]
const binary =
  (opcode: Code) =>
  (a: Code, b: Code): Code => [...a, ...b, ...opcode]
const unary =
  (opcode: Code) =>
  (a: Code): Code => [...a, ...opcode]
const memory = (opcode: Code, offset: number): Code => [...opcode, ALIGNMENT, ...unsigned(offset)]

const vectorAdd = binary(simd(0xe4))
const vectorMultiply = binary(simd(0xe6))
const vectorConstant = (value: number): Code => [...simd(0x0c), ...[0, 1, 2, 3].flatMap(() => float32Bytes(value))]
const relaxedMultiplyAdd = (a: Code, b: Code, c: Code): Code => [...a, ...b, ...c, ...simd(0x105)]
const DROP = 0x1a

let relaxed: boolean | undefined

/** Relaxed SIMD arrived with V8 11.4: Node 22 has it, Node 20 does not. */
function hasMultiplyAdd(): boolean {
  const zero = vectorConstant(0)
  relaxed ??= WebAssembly.validate(
    encodeModule([
      { name: 'probe', parameters: [], locals: [], body: [...relaxedMultiplyAdd(zero, zero, zero), DROP] },
    ]),
  )
  return relaxed
}

export const vectorLanes: Lanes = {
  type: 'v128',
  count: 4,
  bytes: 16,
  load: (address, offset = 0) => [...address, ...memory(simd(0x00), offset)],
  store: (address, value, offset = 0) => [...address, ...value, ...memory(simd(0x0b), offset)],
  loadSplat: (address) => [...address, ...memory(simd(0x09), 0)],
  splat: unary(simd(0x13)),
  constant: vectorConstant,
  add: vectorAdd,
  sub: binary(simd(0xe5)),
  mul: vectorMultiply,
  div: binary(simd(0xe7)),
  multiplyAdd: (a, b, c) => (hasMultiplyAdd() ? relaxedMultiplyAdd(a, b, c) : vectorAdd(c, vectorMultiply(a, b))),
  sqrt: unary(simd(0xe3)),
  nearest: unary(simd(0x6a)),
  atLeast: binary(simd(0xeb)),
  atMost: binary(simd(0xea)),
  whereLess: (value, a, b) => [...value, ...a, ...b, ...simd(0x43), ...simd(0x4e)],
  whereLessEqual: (value, a, b) => [...value, ...a, ...b, ...simd(0x45), ...simd(0x4e)],
}

const lessThan = binary([0x5d])
const lessEqual = binary([0x5f])

export const scalarLanes: Lanes = {
  type: 'f32',
  count: 1,
  bytes: 4,
  load: (address, offset = 0) => [...address, ...memory([0x2a], offset)],
  store: (address, value, offset = 0) => [...address, ...value, ...memory([0x38], offset)],
  loadSplat: (address) => [...address, ...memory([0x2a], 0)],
  splat: (scalar) => scalar,
  constant: f32.const,
  add: f32.add,
  sub: f32.sub,
  mul: f32.mul,
  div: f32.div,
  multiplyAdd: (a, b, c) => f32.add(c, f32.mul(a, b)),
  sqrt: unary([0x91]),
  nearest: unary([0x90]),
  atLeast: (a, b) => select(b, a, lessThan(a, b)),
  atMost: (a, b) => select(b, a, lessThan(b, a)),
  whereLess: (value, a, b) => select(value, f32.const(0), lessThan(a, b)),
  whereLessEqual: (value, a, b) => select(value, f32.const(0), lessEqual(a, b)),
}
