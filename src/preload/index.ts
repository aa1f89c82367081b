import { ipcRenderer } from 'electron'

interface Wish {
  readonly want: 'nnopt-engine'
  /** Address of an engine elsewhere. */
  readonly remote?: unknown
}

const isWish = (data: unknown): data is Wish =>
  typeof data === 'object' && data !== null && 'want' in data && data.want === 'nnopt-engine'

/** Passes one port of the engine, and what main has to say (paths that were opened, entries of the menu, how an engine ended), to the page, and exposes nothing else. */
window.addEventListener('message', ({ data, source }: MessageEvent<unknown>) => {
  if (source === window && isWish(data))
    ipcRenderer.send('engine:connect', typeof data.remote === 'string' ? data.remote : undefined)
})

ipcRenderer.on('engine:port', ({ ports }) =>
  window.postMessage('nnopt-engine-port', window.location.origin, [...ports]),
)
ipcRenderer.on('open:path', (_event, path: unknown) =>
  window.postMessage({ kind: 'nnopt-opened', path }, window.location.origin),
)
ipcRenderer.on('engine:ended', (_event, how: unknown) =>
  window.postMessage({ kind: 'nnopt-engine-ended', how }, window.location.origin),
)
ipcRenderer.on('show', (_event, what: unknown) =>
  window.postMessage({ kind: 'nnopt-show', what }, window.location.origin),
)
ipcRenderer.on('go', (_event, path: unknown) => {
  if (typeof path === 'string') window.location.hash = path
})
