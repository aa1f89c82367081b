/** What a measured speed depends on besides the version. */
export interface TimingConditions {
  readonly batchSize: number
  readonly threads: number
  readonly device: { readonly cpu: string; readonly runtime: string }
}

const keyOf = ({ batchSize, threads, device: { cpu, runtime } }: TimingConditions): string =>
  JSON.stringify([batchSize, threads, cpu, runtime])

/** Ties go to the smallest batch size, then to the most threads. */
const preferred = (a: TimingConditions, b: TimingConditions): number =>
  a.batchSize - b.batchSize || b.threads - a.threads

/**
 * The conditions under which speeds can be set side by side: those under which the most versions were measured.
 * @param versions what was measured of each version, newest first
 * @returns each version's newest measurement under them, undefined where there is none
 */
export function underSharedConditions<T extends TimingConditions>(
  versions: readonly (readonly T[])[],
): readonly (T | undefined)[] {
  const counts = new Map<string, { readonly conditions: T; readonly count: number }>()
  for (const measured of versions) {
    for (const [key, conditions] of new Map(measured.map((each) => [keyOf(each), each])))
      counts.set(key, { conditions, count: (counts.get(key)?.count ?? 0) + 1 })
  }
  const [shared] = [...counts.values()].sort((a, b) => b.count - a.count || preferred(a.conditions, b.conditions))
  return versions.map((measured) => measured.find((each) => shared && keyOf(each) === keyOf(shared.conditions)))
}
