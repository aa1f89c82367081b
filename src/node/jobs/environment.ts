import { paramsOf } from '../../core/recipe/recipe'
import type { Recipe } from '../../shared/types'

/** Variables that must be there when a job's process starts: those of the backends that its steps train on. */
export async function environmentOf({ steps: entries }: Recipe): Promise<Readonly<Record<string, string>>> {
  const [{ steps }, { environmentFor }] = await Promise.all([import('./steps/index'), import('../backends')])
  const training = entries.filter((entry) => steps.get(entry.step).usesBackend(paramsOf(entry)))
  return Object.assign({}, ...training.map(({ backend = 'auto' }) => environmentFor(String(backend))))
}
