import type { ErrorReport } from '../../../shared/errors'
import type { OpenOptions, Tables } from '../tables'

/** The same methods, answered by another thread. */
export type Remote<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Result>
    : never
}

export type RemoteTables = { readonly [T in keyof Tables]: Remote<Tables[T]> }

/** One call of a table's method. */
export interface TableCall {
  readonly id: number
  readonly table: keyof Tables
  readonly method: string
  readonly args: readonly never[]
}

/** The names of every table's methods. */
export type MethodNames = readonly (readonly [table: string, methods: readonly string[]])[]

/** What the thread starts with. */
export interface DatabaseThreadData extends OpenOptions {
  readonly folder: string
}

export type ToDatabase = ({ readonly kind: 'call' } & TableCall) | { readonly kind: 'close' }

export type FromDatabase =
  /** The methods that each table has: the client's proxies are made from these names. */
  | { readonly kind: 'opened'; readonly methods: MethodNames }
  | { readonly kind: 'refused'; readonly error: ErrorReport }
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: ErrorReport }
