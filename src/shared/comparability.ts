/** Which images an accuracy was measured on. `limit` is null for a whole split; `seed` chose the images of a part. */
export interface ImageSelection {
  readonly dataset: string
  readonly split: string
  /** Images that were scored: unreadable ones were skipped. */
  readonly samples: number
  readonly limit: number | null
  readonly seed: number
}

/** When, where and how a speed was measured. */
export interface Timing {
  readonly batchSize: number
  readonly threads: number
  readonly device: { readonly cpu: string; readonly runtime: string }
  /** Versions of one session took turns; undefined if it is not known. */
  readonly session?: string | undefined
}

/** Equal for scores on the same images: only these may be subtracted, ranked or tested for significance. */
export const imagesKey = ({ dataset, split, samples, limit, seed }: ImageSelection): string =>
  JSON.stringify([dataset, split, samples, ...(limit === null ? [] : [limit, seed])])

interface StoredSelection extends Pick<ImageSelection, 'limit' | 'seed'> {
  readonly evaluation: Pick<ImageSelection, 'dataset' | 'split' | 'samples'>
}

/** The key of a stored evaluation. */
export const imagesOf = ({ evaluation, limit, seed }: StoredSelection): string =>
  imagesKey({ ...evaluation, limit, seed })

/** Equal for speeds whose ratio means something: of one session, device, runtime, batch size and thread count. */
const timingKey = ({ session, batchSize, threads, device: { cpu, runtime } }: Timing): string | undefined =>
  session === undefined ? undefined : JSON.stringify([session, batchSize, threads, cpu, runtime])

export const areComparableSpeeds = (a: Timing | undefined, b: Timing | undefined): boolean =>
  a !== undefined && b !== undefined && timingKey(a) !== undefined && timingKey(a) === timingKey(b)

/**
 * Of each version the measurement that can be compared with those of the most others.
 * @param versions what was measured of each version, newest first
 * @param keyOf equal for comparable measurements; undefined for one that can be compared with none
 * @param preferred orders keys that equally many versions share; by default the first found
 * @returns each version's newest measurement with the most shared key, undefined where it has none
 */
export function mostComparable<T>(
  versions: readonly (readonly T[])[],
  keyOf: (measured: T) => string | undefined,
  preferred: (a: T, b: T) => number = () => 0,
): readonly (T | undefined)[] {
  const counts = new Map<string, { readonly example: T; readonly count: number }>()
  for (const measured of versions) {
    for (const [key, example] of new Map(measured.map((each) => [keyOf(each), each])))
      if (key !== undefined) counts.set(key, { example, count: (counts.get(key)?.count ?? 0) + 1 })
  }
  const shared = [...counts].sort(([, a], [, b]) => b.count - a.count || preferred(a.example, b.example))[0]?.[0]
  return versions.map((measured) => measured.find((each) => shared !== undefined && keyOf(each) === shared))
}

/** Ties go to the smallest batch size, then to the most threads, then to the latest session. */
const byConditions = (a: Timing, b: Timing): number =>
  a.batchSize - b.batchSize || b.threads - a.threads || (b.session ?? '').localeCompare(a.session ?? '')

/** Of each version the speed measured in the session that the most versions share. */
export const inOneSession = <T extends Timing>(versions: readonly (readonly T[])[]): readonly (T | undefined)[] =>
  mostComparable(versions, timingKey, byConditions)

/** Of each version the score on the images that the most versions share. */
export const onSameImages = <T extends { readonly images: string }>(
  versions: readonly (readonly T[])[],
): readonly (T | undefined)[] => mostComparable(versions, ({ images }) => images)

const conditionsKey = ({ batchSize, threads, device: { cpu, runtime } }: Timing): string =>
  JSON.stringify([batchSize, threads, cpu, runtime])

/**
 * Of each version a speed to show beside the others: that of a session that all share, else one under the conditions
 * that the most share. Only `areComparableSpeeds` says which two may be compared.
 */
export function underSharedConditions<T extends Timing>(
  versions: readonly (readonly T[])[],
): readonly (T | undefined)[] {
  const together = inOneSession(versions)
  if (together.every((each) => each !== undefined)) return together
  const conditions = mostComparable(versions, conditionsKey, byConditions).find((each) => each !== undefined)
  const alike = versions.map((measured) =>
    measured.filter((each) => conditions !== undefined && conditionsKey(each) === conditionsKey(conditions)),
  )
  return inOneSession(alike).map((each, index) => each ?? alike[index]?.[0])
}
