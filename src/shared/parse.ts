import { z } from 'zod'
import { didYouMean } from './closeNames'
import { errorCodes, NNOptError } from './errors'
import type { ErrorCode } from './errors'

/** What is wrong with a value, and in which field of it; the field is empty where it is the value as a whole. */
export interface FieldProblem {
  readonly field: string
  readonly message: string
  /** Where it is more than a wrong call: a name that nothing has. */
  readonly code?: ErrorCode
}

export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly FieldProblem[] }

/** Zod says what is unknown; a person wants to hear what it should have been. */
const nearestName: z.core.$ZodErrorMap = (issue) =>
  issue.code === 'unrecognized_keys' && issue.inst instanceof z.ZodObject
    ? unknownFields(issue.keys, Object.keys(issue.inst.shape))
    : undefined

const unknownFields = (keys: readonly string[], known: readonly string[]): string =>
  keys.map((key) => `unknown field '${key}': ${didYouMean(key, known)}`).join('; ')

const hasBytes = (value: unknown): boolean =>
  value instanceof Uint8Array || (typeof value === 'object' && value !== null && Object.values(value).some(hasBytes))

type Checked<T> = { readonly value: T } | { readonly issues: readonly z.core.$ZodIssue[] }

/** Zod freezes what is `readonly` even where it does not fit, and bytes cannot be frozen. */
function check<S extends z.ZodType>(schema: S, value: unknown): Checked<z.output<S>> {
  try {
    const { data, error } = schema.safeParse(value, { error: nearestName })
    return error ? { issues: error.issues } : { value: data as z.output<S> }
  } catch (error) {
    if (!(error instanceof TypeError) || !hasBytes(value)) throw error
    const message = 'bytes are in a place where they do not belong'
    return { issues: [{ code: 'custom', path: [], message, input: value }] }
  }
}

/** A value by its schema, or everything that is wrong with it. */
export function tryParse<S extends z.ZodType>(schema: S, value: unknown): Parsed<z.output<S>> {
  const checked = check(schema, value)
  return 'issues' in checked
    ? { ok: false, problems: checked.issues.map(problemOf) }
    : { ok: true, value: checked.value }
}

function problemOf(issue: z.core.$ZodIssue): FieldProblem {
  const { path, message } = mostSpecific(issue)
  const code = issue.code === 'custom' ? errorCode.safeParse(issue.params?.code).data : undefined
  return { field: z.core.toDotPath(path), message, ...(code && { code }) }
}

const errorCode = z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]])

/** A union says only that nothing fits: the alternative that got furthest says why. */
function mostSpecific(issue: z.core.$ZodIssue): Pick<z.core.$ZodIssue, 'path' | 'message'> {
  if (issue.code !== 'invalid_union') return issue
  const [deepest] = issue.errors
    .flatMap((alternative) => alternative.slice(0, 1))
    .sort(
      (a, b) => Number(a.code === 'invalid_type') - Number(b.code === 'invalid_type') || b.path.length - a.path.length,
    )
  return deepest ? mostSpecific({ ...deepest, path: [...issue.path, ...deepest.path] }) : issue
}

/** One sentence about the first problem: where, in which field, and what was expected. */
export const sentence = (where: string, [first]: readonly FieldProblem[]): string =>
  [where, ...(first?.field ? [`field '${first.field}'`] : []), first?.message ?? 'invalid'].join(': ')

export interface ParseOptions {
  /** `wrongCall` where nothing else is said. */
  readonly code?: ErrorCode
  /** What to write instead. */
  readonly hint?: string
}

/** A value by its schema. Throws one sentence that begins with `where`; `details.problems` has everything that is wrong. */
export function parseAs<S extends z.ZodType>(
  schema: S,
  value: unknown,
  where: string,
  { code = 'wrongCall', hint }: ParseOptions = {},
): z.output<S> {
  const parsed = tryParse(schema, value)
  if (parsed.ok) return parsed.value
  const message = sentence(where, parsed.problems)
  throw new NNOptError(code, hint === undefined ? message : `${message}; ${hint}`, { problems: parsed.problems })
}

/** Where a schema's own check reports what is wrong. */
export type Issues = Pick<z.RefinementCtx, 'addIssue'>

/** Checks one field by a schema that another field decides; what is wrong becomes an issue of the field. Answers whether it fits. */
export function fits(issues: Issues, path: readonly PropertyKey[], schema: z.ZodType, value: unknown): boolean {
  const checked = check(schema, value)
  const wrong = 'issues' in checked ? checked.issues : []
  for (const issue of wrong) {
    const { path: inside, message } = mostSpecific(issue)
    issues.addIssue({ code: 'custom', path: [...path, ...inside], message })
  }
  return wrong.length === 0
}

/** Runs a check that throws; what it throws becomes an issue of the field that `details.field` names. */
export function collectIssue(issues: Issues, check: () => void): void {
  try {
    check()
  } catch (error) {
    if (!(error instanceof NNOptError)) throw error
    const { field } = error.details ?? {}
    const path = typeof field === 'string' ? [field] : []
    issues.addIssue({ code: 'custom', path, message: error.message, params: { code: error.code } })
  }
}
