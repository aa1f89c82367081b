/** What a measured speed depends on besides the version. */
export interface TimedLayout {
  readonly batchSize: number
  readonly threads: number
  readonly device: { readonly cpu: string; readonly runtime: string }
}

const keyOf = ({ batchSize, threads, device: { cpu, runtime } }: TimedLayout): string =>
  JSON.stringify([batchSize, threads, cpu, runtime])

/** Of several as common, the one of the fewest images, then of the most threads. */
const preferred = (a: TimedLayout, b: TimedLayout): number => a.batchSize - b.batchSize || b.threads - a.threads

/**
 * The layout in which speeds can be set side by side: that in which the most versions were measured.
 * @param versions what was measured of each version, newest first
 * @returns each version's newest measurement in that layout, undefined where there is none
 */
export function inSharedLayout<T extends TimedLayout>(versions: readonly (readonly T[])[]): readonly (T | undefined)[] {
  const counts = new Map<string, { readonly layout: T; readonly count: number }>()
  for (const measured of versions) {
    for (const [key, layout] of new Map(measured.map((each) => [keyOf(each), each])))
      counts.set(key, { layout, count: (counts.get(key)?.count ?? 0) + 1 })
  }
  const [shared] = [...counts.values()].sort((a, b) => b.count - a.count || preferred(a.layout, b.layout))
  return versions.map((measured) => measured.find((each) => shared && keyOf(each) === keyOf(shared.layout)))
}
