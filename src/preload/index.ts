import { ipcRenderer } from 'electron'
import { shellChannel, wishChannels } from '../shared/shell'
import type { Wish } from '../shared/shell'

interface Asked {
  readonly nnopt: Wish
  readonly remote?: unknown
}

const isAsked = (data: unknown): data is Asked =>
  typeof data === 'object' &&
  data !== null &&
  'nnopt' in data &&
  typeof data.nnopt === 'string' &&
  Object.hasOwn(wishChannels, data.nnopt)

/** Passes on the page's requests to the shell, the shell's messages, and one engine port; exposes nothing else. */
window.addEventListener('message', ({ data, source }: MessageEvent<unknown>) => {
  if (source !== window || !isAsked(data)) return
  ipcRenderer.send(wishChannels[data.nnopt], typeof data.remote === 'string' ? data.remote : undefined)
})
ipcRenderer.on('engine:port', ({ ports }) =>
  window.postMessage('nnopt-engine-port', window.location.origin, [...ports]),
)
ipcRenderer.on(shellChannel, (_event, shell: unknown) => window.postMessage({ shell }, window.location.origin))
