import { sentence } from './parse'
import type { FieldProblem } from './parse'

/** One sentence about the first problem of a recipe, with its step; people count steps from 1. */
export function recipeSentence(where: string, [first, ...rest]: readonly FieldProblem[]): string {
  const [, index, field = ''] = /^steps\[(\d+)\]\.?(.*)$/.exec(first?.field ?? '') ?? []
  if (first === undefined || index === undefined) return sentence(where, first ? [first, ...rest] : [])
  return sentence(`${where}, step ${Number(index) + 1}`, [{ ...first, field }])
}
