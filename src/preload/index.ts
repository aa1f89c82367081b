import { ipcRenderer } from 'electron'

/** Passes one port of the engine to the page, and exposes nothing else. */
window.addEventListener('message', ({ data, source }) => {
  if (source === window && data === 'nnopt-want-engine') ipcRenderer.send('engine:connect')
})

ipcRenderer.on('engine:port', ({ ports }) => window.postMessage('nnopt-engine-port', window.location.origin, [...ports]))
