import type { z } from 'zod'
import { fits } from './parse'
import type { Issues } from './parse'
import type { Extension, Registry } from './registry'

/** An extension that takes parameters. */
export interface Parametric extends Extension {
  readonly params: z.ZodObject
}

/** An extension by name with its parameters, and where both are written. */
export interface Choice {
  readonly id: string
  readonly params: unknown
  readonly idPath: readonly PropertyKey[]
  readonly paramsPath: readonly PropertyKey[]
}

/** The choice that two neighbouring fields make, such as `optimizer` and `optimizerParams`. */
export const fieldChoice = (field: string, id: string, params: unknown): Choice => ({
  id,
  params,
  idPath: [field],
  paramsPath: [`${field}Params`],
})

/** Whether an extension of that name is there and takes these parameters. Unknown names and misspelt parameters become issues of their fields. */
export function isChoice(issues: Issues, registry: Registry<Parametric>, choice: Choice): boolean {
  const { id, params, idPath, paramsPath } = choice
  if (registry.has(id)) return fits(issues, paramsPath, registry.get(id).params.strict(), params)
  return isKnown(issues, registry, id, idPath)
}

/** Whether an extension of that name is there; an unknown name becomes an issue that lists the known ones. */
export function isKnown(
  issues: Issues,
  registry: Registry<Extension>,
  id: string,
  path: readonly PropertyKey[],
): boolean {
  if (registry.has(id)) return true
  const message = `unknown ${registry.kind} '${id}': expected one of ${registry.ids.join(', ')}`
  issues.addIssue({ code: 'custom', path: [...path], message, params: { code: 'notFound' } })
  return false
}
