import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeContents, FakeFrame, createFakeElectron } from '../helpers/fakeElectron'
import type { FakeElectron, FakeElectronOptions } from '../helpers/fakeElectron'
import { temporaryFolder } from '../helpers/temporary'

const out = join(import.meta.dirname, '..', '..', 'out')
const main = join(out, 'main', 'index.js')
const folder = temporaryFolder('shell')
const ownPage = 'app://studio/index.html'
let profiles = 0

/** Starts the built main process with the fake in place of Electron. */
async function start(options: Partial<FakeElectronOptions> = {}): Promise<FakeElectron> {
  const userData = options.userData ?? join(folder, `profile-${profiles++}`)
  mkdirSync(userData, { recursive: true })
  const electron = createFakeElectron({ userData, ...options })
  vi.resetModules()
  vi.doMock('electron', () => electron.module)
  await import(/* @vite-ignore */ main)
  await vi.advanceTimersByTimeAsync(0)
  return electron
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.doUnmock('electron')
})

const ask = ({ log }: FakeElectron, path: string): Promise<Response> => {
  const handler = log.protocols.get('app')
  if (!handler) throw new Error('no handler for app://')
  return handler(new Request(`app://studio${path}`))
}

const connectFrom = (electron: FakeElectron, url: string): FakeFrame => {
  const frame = new FakeFrame(url)
  electron.ipcMain.emit('engine:connect', { senderFrame: frame })
  return frame
}

// `npm test` builds the shell first; without that build there is nothing to look at.
describe.skipIf(!existsSync(main))('the built main process', () => {
  it('opens one window that is isolated, sandboxed and on its own scheme', async () => {
    const { log } = await start()
    expect(log.order).toEqual(['scheme', 'ready'])
    expect(log.schemes).toEqual([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } }])
    expect(log.windows).toHaveLength(1)
    const [{ options, calls }] = log.windows
    expect(options.webPreferences).toEqual({ preload: join(out, 'preload', 'index.cjs'), contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false })
    expect(calls).toContain(`load ${ownPage}`)
    expect(calls).not.toContain('show')
    log.windows[0].emit('ready-to-show')
    expect(calls).toContain('show')
  })

  it('leaves at once when another instance runs, whose window comes to the front', async () => {
    const second = await start({ isFirstInstance: false })
    expect([second.log.quits, second.log.windows.length]).toEqual([1, 0])
    const first = await start()
    first.log.windows[0].minimized = true
    first.app.emit('second-instance')
    expect(first.log.windows[0].calls.slice(-2)).toEqual(['restore', 'focus'])
    expect(first.log.windows).toHaveLength(1)
  })

  it('has a menu entry with an accelerator for every screen', async () => {
    const { log } = await start()
    const go = log.menus[0].find(({ label }) => label === 'Go')?.submenu ?? []
    expect(go.map(({ accelerator }) => accelerator)).toEqual(['CmdOrCtrl+1', 'CmdOrCtrl+2', 'CmdOrCtrl+3', 'CmdOrCtrl+4'])
    go[1].click?.()
    expect(log.windows[0].calls.at(-1)).toBe(`load ${ownPage}#/runs`)
  })
})

describe.skipIf(!existsSync(main))('the window', () => {
  const restored = { x: 40, y: 60, width: 1000, height: 800, isMaximized: true }
  const states: readonly { readonly name: string; readonly text: string | undefined; readonly width: number; readonly maximized: boolean }[] = [
    { name: 'opens at its first size', text: undefined, width: 1280, maximized: false },
    { name: 'comes back where it was', text: JSON.stringify(restored), width: 1000, maximized: true },
    { name: 'forgets a damaged state', text: '{"width": 1000', width: 1280, maximized: false },
    { name: 'forgets a state of the wrong shape', text: '{"x": 0, "y": 0, "width": "wide", "height": 800, "isMaximized": false}', width: 1280, maximized: false },
    { name: 'forgets a place on a screen that is gone', text: JSON.stringify({ ...restored, x: 5000 }), width: 1280, maximized: false },
  ]
  it.each(states)('$name', async ({ text, width, maximized }) => {
    const userData = join(folder, `profile-${profiles++}`)
    mkdirSync(userData, { recursive: true })
    if (text !== undefined) writeFileSync(join(userData, 'window.json'), text)
    const { log } = await start({ userData })
    expect(log.windows[0].options.width).toBe(width)
    expect(log.windows[0].calls.includes('maximize')).toBe(maximized)
  })

  it('keeps its place when it closes', async () => {
    const userData = join(folder, `profile-${profiles++}`)
    const { log } = await start({ userData })
    log.windows[0].emit('close')
    expect(JSON.parse(readFileSync(join(userData, 'window.json'), 'utf8'))).toEqual({ x: 10, y: 20, width: 900, height: 700, isMaximized: false })
  })
})

describe.skipIf(!existsSync(main))('app://', () => {
  it('serves the interface with a policy that lets nothing else run', async () => {
    const electron = await start()
    const response = await ask(electron, '/index.html')
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await response.text()).toContain('<div id="app">')
  })

  const refused = ['/../main/index.js', '/..%2fmain%2findex.js', '/%2e%2e/main/index.js', '/assets', '/missing.js', '/%00.js', '/%zz.js'] as const
  it.each(refused)('answers %s with 404', async (path) => {
    expect((await ask(await start(), path)).status).toBe(404)
  })
})

describe.skipIf(!existsSync(main))('a page', () => {
  it('neither navigates away nor opens a window nor attaches a web view', async () => {
    const { app, log } = await start()
    const contents = new FakeContents()
    app.emit('web-contents-created', {}, contents)
    expect(contents.tries('will-navigate', 'https://evil.example/')).toBe(true)
    expect(contents.tries('will-navigate', 'app://studio.evil.example/')).toBe(true)
    expect(contents.tries('will-navigate', ownPage)).toBe(false)
    expect(contents.tries('will-attach-webview')).toBe(true)
    expect(contents.opener?.({ url: 'https://evil.example/' })).toEqual({ action: 'deny' })
    expect(contents.opener?.({ url: 'https://onnx.ai.evil.example/' })).toEqual({ action: 'deny' })
    expect(log.opened).toEqual([])
    expect(contents.opener?.({ url: 'https://onnx.ai/' })).toEqual({ action: 'deny' })
    expect(log.opened).toEqual(['https://onnx.ai/'])
  })

  it('gets no permission', async () => {
    const [request, check] = (await start()).log.permissions
    const answer = vi.fn()
    request({}, 'media', answer)
    expect(answer).toHaveBeenCalledWith(false)
    expect(check({}, 'clipboard-read')).toBe(false)
  })
})

describe.skipIf(!existsSync(main))('the engine', () => {
  it('gets one end of a channel and the page of this program the other', async () => {
    const electron = await start()
    const [{ file, host }] = electron.log.hosts
    expect(file).toBe(join(out, 'engine', 'host.js'))
    expect(connectFrom(electron, ownPage).received).toEqual([{ channel: 'engine:port', ports: [{ end: 'page' }] }])
    expect(host.received).toEqual([{ message: 'connect', ports: [{ end: 'engine' }] }])
  })

  it.each(['https://evil.example/', 'app://studio.evil.example/', 'file:///index.html'])('has no port for %s', async (url) => {
    const electron = await start()
    expect(connectFrom(electron, url).received).toEqual([])
    expect(electron.log.hosts[0].host.received).toEqual([])
  })

  it('is started again when it dies, later each time, and serves who asked meanwhile', async () => {
    const electron = await start()
    const { hosts } = electron.log
    hosts[0].host.emit('exit', 1)
    const page = connectFrom(electron, ownPage)
    const gone = connectFrom(electron, ownPage)
    gone.destroyed = true
    expect(page.received).toEqual([])
    await vi.advanceTimersByTimeAsync(499)
    expect(hosts).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(hosts).toHaveLength(2)
    expect([page.received.length, gone.received.length, hosts[1].host.received.length]).toEqual([1, 0, 1])
    hosts[1].host.emit('exit', 1)
    await vi.advanceTimersByTimeAsync(999)
    expect(hosts).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(hosts).toHaveLength(3)
  })

  it('ends with the program and stays down', async () => {
    const { app, log } = await start()
    app.emit('will-quit')
    expect(log.hosts[0].host.killed).toBe(true)
    log.hosts[0].host.emit('exit', 0)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(log.hosts).toHaveLength(1)
  })
})
