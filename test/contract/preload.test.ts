import { EventEmitter } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'

const preload = join(import.meta.dirname, '..', '..', 'out', 'preload', 'index.cjs')

/** Runs the built preload script as a sandboxed page would: with `require('electron')` and a window, and nothing else. */
function load() {
  const posted: { readonly message: unknown; readonly origin: string; readonly ports: readonly unknown[] }[] = []
  const sent: unknown[] = []
  const listeners: ((event: { readonly data: unknown; readonly source: unknown }) => void)[] = []
  const ipcRenderer = Object.assign(new EventEmitter(), {
    send: (...message: readonly unknown[]) => void sent.push(message),
  })
  const page = {
    location: { origin: 'app://studio' },
    addEventListener: (_name: 'message', listener: (typeof listeners)[number]) => void listeners.push(listener),
    postMessage: (message: unknown, origin: string, ports: readonly unknown[]) =>
      void posted.push({ message, origin, ports }),
  }
  const require = (name: string): unknown => {
    if (name !== 'electron') throw new Error(`the preload script asks for '${name}'`)
    // No contextBridge here: reaching for it throws.
    return { ipcRenderer }
  }
  runInNewContext(readFileSync(preload, 'utf8'), { require, window: page, exports: {}, module: { exports: {} } })
  return {
    page,
    posted,
    sent,
    ipcRenderer,
    receive: (data: unknown, source: unknown) => listeners.forEach((listener) => listener({ data, source })),
  }
}

describe.skipIf(!existsSync(preload))('the built preload script', () => {
  it('asks the shell for what its own page wants', () => {
    const { page, sent, receive } = load()
    receive({ nnopt: 'engine' }, page)
    receive({ nnopt: 'engine', remote: 'http://gpu:4870/#token=a' }, page)
    receive({ nnopt: 'engine', remote: { not: 'text' } }, page)
    receive({ nnopt: 'paths' }, page)
    expect(sent).toEqual([
      ['engine:connect', undefined],
      ['engine:connect', 'http://gpu:4870/#token=a'],
      ['engine:connect', undefined],
      ['paths:listen', undefined],
    ])
  })

  it('ignores other messages and other windows', () => {
    const { page, sent, receive } = load()
    receive('something else', page)
    receive({ nnopt: 'something else' }, page)
    receive({ nnopt: 'toString' }, page)
    receive({ nnopt: 'engine' }, {})
    expect(sent).toEqual([])
  })

  it('passes the port on to its own origin', () => {
    const { posted, ipcRenderer } = load()
    ipcRenderer.emit('engine:port', { ports: ['port'] })
    expect(posted).toEqual([{ message: 'nnopt-engine-port', origin: 'app://studio', ports: ['port'] }])
  })

  it('passes on what the shell says', () => {
    const { posted, ipcRenderer } = load()
    ipcRenderer.emit('shell', {}, { kind: 'go', path: '/runs' })
    expect(posted).toEqual([
      { message: { shell: { kind: 'go', path: '/runs' } }, origin: 'app://studio', ports: undefined },
    ])
  })
})
