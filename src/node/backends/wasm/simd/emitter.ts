import type { Code, FunctionCode, ValueType } from './encoding'
import { float32Bytes, signed, unsigned } from './encoding'

/** A local variable or parameter; `get` is the expression that reads it. */
export interface Local {
  readonly index: number
  readonly get: Code
}

const binary =
  (...opcode: readonly number[]) =>
  (a: Code, b: Code): Code => [...a, ...b, ...opcode]
const unary =
  (...opcode: readonly number[]) =>
  (a: Code): Code => [...a, ...opcode]

/** Integer expressions. */
export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  div: binary(0x6d),
  rem: binary(0x6f),
  less: binary(0x48),
  greater: binary(0x4a),
  lessEqual: binary(0x4c),
  /** As float32. */
  toFloat: unary(0xb2),
} as const

/** Scalar float expressions. */
export const f32 = {
  const: (value: number): Code => [0x43, ...float32Bytes(value)],
  add: binary(0x92),
  sub: binary(0x93),
  mul: binary(0x94),
  div: binary(0x95),
} as const

/** `a` if the condition holds, else `b`. */
export const select = (a: Code, b: Code, condition: Code): Code => [...a, ...b, ...condition, 0x1b]

export const minimum = (a: Code, b: Code): Code => select(a, b, i32.less(a, b))
export const maximum = (a: Code, b: Code): Code => select(a, b, i32.greater(a, b))

const LOOP = [0x03, 0x40]
const IF = [0x04, 0x40]
const END = 0x0b

/** Calls the function with this index in the module. */
export const call = (index: number, ...operands: readonly Code[]): Code => [
  ...operands.flat(),
  0x10,
  ...unsigned(index),
]

/** Writes the body of one function, statement by statement. */
export class Emitter {
  private readonly locals: ValueType[] = []
  private readonly body: number[] = []

  constructor(
    private readonly name: string,
    private readonly parameters: readonly ValueType[],
  ) {}

  parameter(index: number): Local {
    return localAt(index)
  }

  local(type: ValueType): Local {
    this.locals.push(type)
    return localAt(this.parameters.length + this.locals.length - 1)
  }

  /** A local variable with an initial value. */
  let(type: ValueType, value: Code): Local {
    const local = this.local(type)
    this.set(local, value)
    return local
  }

  emit(...statements: readonly Code[]): void {
    for (const statement of statements) this.body.push(...statement)
  }

  set({ index }: Local, value: Code): void {
    this.emit(value, [0x21, ...unsigned(index)])
  }

  advance(local: Local, by: Code): void {
    this.set(local, i32.add(local.get, by))
  }

  when(condition: Code, body: () => void): void {
    this.emit(condition, IF)
    body()
    this.emit([END])
  }

  loopWhile(condition: Code, body: () => void): void {
    this.emit(LOOP, condition, IF)
    body()
    this.emit([0x0c, 1], [END], [END])
  }

  /** Runs `body` for counter = from, from + step, … while below `end`. */
  forEach(from: Code, end: Code, step: Code, body: (counter: Code) => void): void {
    const counter = this.let('i32', from)
    this.loopWhile(i32.less(counter.get, end), () => {
      body(counter.get)
      this.advance(counter, step)
    })
  }

  finish(): FunctionCode {
    return { name: this.name, parameters: this.parameters, locals: this.locals, body: this.body }
  }
}

const localAt = (index: number): Local => ({ index, get: [0x20, ...unsigned(index)] })

/** A function that is emitted when the module is built. */
export type FunctionDefinition = () => FunctionCode

/** A function with named parameters: i32 byte addresses, counts and byte strides; those listed in `floats` are f32. */
export function defineFunction<P extends string>(
  name: string,
  parameters: readonly P[],
  write: (emitter: Emitter, parameter: Readonly<Record<P, Code>>) => void,
  floats: readonly P[] = [],
): FunctionDefinition {
  return () => {
    const emitter = new Emitter(
      name,
      parameters.map((parameter) => (floats.includes(parameter) ? 'f32' : 'i32')),
    )
    write(
      emitter,
      Object.fromEntries(parameters.map((parameter, index) => [parameter, emitter.parameter(index).get])) as Record<
        P,
        Code
      >,
    )
    return emitter.finish()
  }
}
