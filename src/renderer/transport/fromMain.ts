/** What the main process of the desktop program says to its page, passed on by the preload script. */
const kinds = { opened: 'nnopt-opened', ended: 'nnopt-engine-ended', show: 'nnopt-show' } as const
type Saying = keyof typeof kinds
/** The one field of each. */
const fields = { opened: 'path', ended: 'how', show: 'what' } as const satisfies Readonly<Record<Saying, string>>

const hasField = <K extends string>(data: object, field: K): data is Readonly<Record<K, unknown>> => field in data

/** Listens until the function that it answers is called. */
export function onSaid(saying: Saying, listener: (text: string) => void): () => void {
  const receive = ({ data, source }: MessageEvent<unknown>): void => {
    if (
      source !== window ||
      typeof data !== 'object' ||
      data === null ||
      !hasField(data, 'kind') ||
      data.kind !== kinds[saying]
    )
      return
    const field = fields[saying]
    if (hasField(data, field) && typeof data[field] === 'string') listener(data[field])
  }
  window.addEventListener('message', receive)
  return () => window.removeEventListener('message', receive)
}
