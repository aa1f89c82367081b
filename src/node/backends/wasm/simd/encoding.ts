/** A piece of WebAssembly code: an expression leaves one value on the stack, a statement none. */
export type Code = readonly number[]

export type ValueType = 'i32' | 'f32' | 'v128'

const typeCodes: Readonly<Record<ValueType, number>> = { i32: 0x7f, f32: 0x7d, v128: 0x7b }

const PAYLOAD_BITS = 7
const PAYLOAD = 0x7f
const CONTINUES = 0x80

/** LEB128 encoding of a nonnegative number. */
export function unsigned(value: number): Code {
  const low = value & PAYLOAD
  const rest = value >>> PAYLOAD_BITS
  return rest === 0 ? [low] : [low | CONTINUES, ...unsigned(rest)]
}

/** LEB128 encoding of a signed 32-bit integer. */
export function signed(value: number): Code {
  const low = value & PAYLOAD
  const rest = value >> PAYLOAD_BITS
  const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)
  return done ? [low] : [low | CONTINUES, ...signed(rest)]
}

export const float32Bytes = (value: number): Code => [...new Uint8Array(new Float32Array([value]).buffer)]

/** A count followed by its items. */
const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()]

const text = (value: string): Code => vector([...new TextEncoder().encode(value)].map((byte) => [byte]))

const section = (id: number, items: readonly Code[]): Code => {
  const content = vector(items)
  return [id, ...unsigned(content.length), ...content]
}

export interface FunctionCode {
  readonly name: string
  readonly parameters: readonly ValueType[]
  readonly locals: readonly ValueType[]
  readonly body: Code
}

const FUNCTION_TYPE = 0x60
const END = 0x0b
const header: Code = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

/** Limits of the memory: shared between threads, from one page to the full 32-bit address space. */
const sharedMemory: Code = [0x03, ...unsigned(1), ...unsigned(2 ** 16)]

/** A module (WebAssembly core specification 2.0, chapter 5) that imports `env.memory` and exports functions without results. */
export function encodeModule(functions: readonly FunctionCode[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }): Code => [
    FUNCTION_TYPE,
    ...vector(parameters.map((type) => [typeCodes[type]])),
    ...vector([]),
  ])
  const memory: Code = [...text('env'), ...text('memory'), 0x02, ...sharedMemory]
  const exported = functions.map(({ name }, index): Code => [...text(name), 0x00, ...unsigned(index)])
  return Uint8Array.from([
    ...header,
    ...section(1, types),
    ...section(2, [memory]),
    ...section(
      3,
      functions.map((_, index) => unsigned(index)),
    ),
    ...section(7, exported),
    ...section(10, functions.map(encodeBody)),
  ])
}

function encodeBody({ locals, body }: FunctionCode): Code {
  const content: Code = [...vector(locals.map((type) => [1, typeCodes[type]])), ...body, END]
  return [...unsigned(content.length), ...content]
}
