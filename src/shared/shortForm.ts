import { z } from 'zod'
import { fits } from './parse'

/** How people write a value that has parts, such as macs=0.5 on the command line and in recipes. */
export interface ShortForm {
  readonly pattern: RegExp
  /** Says what the text should have been. */
  readonly expected: string
  /** The parts; their schema checks them. */
  read(text: string): unknown
}

/** Accepts the parts, or their short form; the result has the parts. */
export const orShort = <S extends z.ZodType>(parts: S, { pattern, expected, read }: ShortForm) =>
  z.union([
    z
      .string()
      .regex(pattern, expected)
      .transform((text, issues) => (fits(issues, [], parts, read(text)) ? parts.parse(read(text)) : z.NEVER)),
    parts,
  ])

/** A property as forms and flags take it: in short, if it has a short form. */
export function shortOf<P extends { readonly type?: string; readonly anyOf?: readonly { readonly type?: string }[] }>(
  property: P,
): P {
  const isShort = property.anyOf?.some(({ type }) => type === 'string') ?? false
  return isShort ? { ...property, type: 'string' } : property
}
