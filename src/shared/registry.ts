import { NNOptError } from './errors'

/** A plain object that adds one item to a family, such as an observer, an operator or a backend. */
export interface Extension {
  readonly kind: string
  readonly id: string
}

export interface Registry<T extends Extension> {
  readonly kind: string
  readonly ids: readonly string[]
  /** Throws `notFound` and lists the known ids. */
  get(id: string): T
  has(id: string): boolean
  list(): readonly T[]
}

type Modules = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const isExtension = (value: unknown, kind: string): value is Extension =>
  typeof value === 'object' && value !== null && 'kind' in value && 'id' in value && value.kind === kind

/** Collects the extensions of one kind from `import.meta.glob(…, { eager: true })`. Each id is the name of its file. */
export function collect<T extends Extension>(kind: T['kind'], modules: Modules): Registry<T> {
  const found = Object.entries(modules).flatMap(([path, module]) =>
    Object.values(module)
      .filter((value): value is T => isExtension(value, kind))
      .map((extension) => ({ path, extension })),
  )
  for (const { path, extension } of found) assertNamedAsFile(kind, path, extension.id)
  return createRegistry(
    kind,
    found.map(({ extension }) => extension),
  )
}

/** A registry from a given list; a duplicate id throws. */
export function createRegistry<T extends Extension>(kind: T['kind'], extensions: readonly T[]): Registry<T> {
  const byId = new Map<string, T>()
  for (const extension of extensions) {
    if (byId.has(extension.id)) throw new NNOptError('internal', `${kind} '${extension.id}' is registered twice`)
    byId.set(extension.id, extension)
  }
  const ids = [...byId.keys()].sort()
  return {
    kind,
    ids,
    has: (id) => byId.has(id),
    list: () => ids.map((id) => byId.get(id) as T),
    get(id) {
      const extension = byId.get(id)
      if (!extension)
        throw new NNOptError('notFound', `unknown ${kind} '${id}': expected one of ${ids.join(', ')}`, {
          kind,
          id,
          known: ids,
        })
      return extension
    },
  }
}

/** `Conv/index.ts` and `Conv.ts` both hold the extension `Conv`. */
function assertNamedAsFile(kind: string, path: string, id: string): void {
  const name = path
    .replace(/(\/index)?\.ts$/, '')
    .split('/')
    .at(-1)
  if (name !== id)
    throw new NNOptError('internal', `${kind} '${id}' is defined in '${path}': expected the file name '${id}.ts'`)
}
