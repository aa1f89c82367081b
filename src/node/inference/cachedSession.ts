import type { InferenceSession } from 'onnxruntime-node'
import { cacheKey, optimizedCache } from './optimizedCache'
import type { OptimizedCache } from './optimizedCache'
import type { SessionOptions } from './messages'

type Create = (model: string, changes?: Partial<SessionOptions>) => Promise<InferenceSession>

/**
 * A session of a model file from a graph that onnxruntime optimized earlier, or a new one whose optimized graph is
 * cached. Throws the errors of `create`. An unusable cache only costs startup time.
 */
export async function cachedSession(
  model: string,
  entries: SessionOptions['entries'],
  create: Create,
  cache: OptimizedCache = optimizedCache(),
): Promise<InferenceSession> {
  const { key, file } = await entryOf(model, entries, cache)
  if (file !== undefined) {
    const session = await create(file, { optimization: 'disabled' }).catch(() => undefined)
    if (session) return session
    await cache.remove(file)
  }
  const kept = key === undefined ? undefined : await createAndKeep(model, key, create, cache)
  return kept ?? create(model)
}

/** No key if the model cannot be read; onnxruntime then reports why. */
const entryOf = async (
  model: string,
  entries: SessionOptions['entries'],
  cache: OptimizedCache,
): Promise<{ readonly key?: string; readonly file?: string | undefined }> => {
  try {
    const key = await cacheKey(model, entries)
    return { key, file: await cache.find(key) }
  } catch {
    return {}
  }
}

/** Undefined if the folder or the model does not allow it; a session without the cache then determines which. */
async function createAndKeep(
  model: string,
  key: string,
  create: Create,
  cache: OptimizedCache,
): Promise<InferenceSession | undefined> {
  const draft = await cache.draft().catch(() => undefined)
  const session =
    draft === undefined ? undefined : await create(model, { optimizedModelPath: draft }).catch(() => undefined)
  if (draft !== undefined)
    await (session ? cache.keep(key, draft) : cache.remove(draft)).catch(() => cache.remove(draft))
  return session
}
