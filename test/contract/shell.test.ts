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
    first.app.emit('second-instance', {}, ['nnopt'], folder)
    expect(first.log.windows[0].calls.slice(-3)).toEqual(['restore', 'show', 'focus'])
    expect(first.log.windows).toHaveLength(1)
  })

  it('has a menu entry with an accelerator for every screen', async () => {
    const { log } = await start()
    const go = log.menus[0].find(({ label }) => label === 'Go')?.submenu ?? []
    expect(go.map(({ accelerator }) => accelerator)).toEqual(go.map((_, index) => `CmdOrCtrl+${index + 1}`))
    go[2].click?.()
    expect(log.windows[0].sent).toEqual([{ channel: 'go', value: '/runs' }])
  })

  it('opens models and folders from the menu, the system, and a second start, and keeps them as recent', async () => {
    const model = join(folder, 'model.onnx')
    const images = join(folder, 'images')
    writeFileSync(model, '')
    mkdirSync(images, { recursive: true })
    const { app, log } = await start({ chosen: [model] })
    log.menus[0].find(({ label }) => label === 'File')?.submenu?.[0].click?.()
    await vi.advanceTimersByTimeAsync(0)
    const event = { preventDefault: vi.fn() }
    app.emit('open-file', event, '/elsewhere/other.onnx')
    app.emit('second-instance', {}, ['nnopt', '--flag', 'images', 'missing.onnx'], folder)
    expect(log.windows[0].sent).toEqual([model, '/elsewhere/other.onnx', images].map((value) => ({ channel: 'open:path', value })))
    expect(log.recent).toEqual([model, '/elsewhere/other.onnx', images])
    expect(event.preventDefault).toHaveBeenCalled()
  })
})

describe.skipIf(!existsSync(main))('work', () => {
  const say = ({ log }: FakeElectron, work: { readonly active: number; readonly share?: number; readonly ended?: { readonly name: string; readonly status: string } }): void =>
    void log.hosts[0].host.emit('message', { kind: 'work', share: null, ended: null, ...work })

  it('shows on the taskbar, keeps the machine awake, and tells its end to who looks elsewhere', async () => {
    const electron = await start()
    const { log } = electron
    say(electron, { active: 1, share: 0.25 })
    expect([log.windows[0].calls.at(-1), log.awake.size]).toEqual(['progress 0.25', 1])
    say(electron, { active: 1 })
    expect([log.windows[0].calls.at(-1), log.awake.size]).toEqual(['progress 2', 1])
    say(electron, { active: 0, ended: { name: 'seen', status: 'done' } })
    expect([log.windows[0].calls.at(-1), log.awake.size, log.notifications.length]).toEqual(['progress -1', 0, 0])
    log.windows[0].focused = false
    say(electron, { active: 0, ended: { name: 'train', status: 'done' } })
    expect(log.notifications).toEqual(['train is done'])
  })

  it('shows nothing any more when the engine has died', async () => {
    const electron = await start()
    say(electron, { active: 1, share: 0.5 })
    electron.log.hosts[0].host.emit('exit', 1)
    expect([electron.log.windows[0].calls.at(-1), electron.log.awake.size]).toEqual(['progress -1', 0])
  })

  const quit = ({ app }: FakeElectron): boolean => {
    let prevented = false
    app.emit('before-quit', { preventDefault: () => (prevented = true) })
    return prevented
  }

  it('does not keep an idle program from quitting', async () => {
    const electron = await start()
    expect([quit(electron), electron.log.questions]).toEqual([false, []])
  })

  const answers: readonly (readonly [string, number, unknown, boolean])[] = [
    ['stop after this epoch', 0, { kind: 'stop', when: 'epochEnd' }, true],
    ['stop now', 1, { kind: 'stop', when: 'now' }, true],
    ['keep running', 2, undefined, true],
    ['cancel', 3, undefined, false],
  ]
  it.each(answers)('is asked about when the program quits: %s', async (_name, answer, told, quits) => {
    const electron = await start({ answer })
    say(electron, { active: 1 })
    expect(quit(electron)).toBe(true)
    await vi.advanceTimersByTimeAsync(0)
    expect(electron.log.questions).toHaveLength(1)
    expect(electron.log.hosts[0].host.received.map(({ message }) => message)).toEqual(told ? [told] : [])
    expect(electron.log.windows[0].calls.includes('hide')).toBe(quits)
    say(electron, { active: 0 })
    expect(electron.log.quits).toBe(quits ? 1 : 0)
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
    expect(host.received).toEqual([{ message: { kind: 'connect', remote: undefined }, ports: [{ end: 'engine' }] }])
  })

  it('lies beside the archive of the shell in an installed program', async () => {
    Object.defineProperty(process, 'resourcesPath', { value: '/opt/nnopt/resources', configurable: true })
    const { log } = await start({ isPackaged: true })
    expect(log.hosts[0].file).toBe('/opt/nnopt/resources/engine/out/engine/host.js')
  })

  it('is told of an engine elsewhere that a page asks for, and of nothing that is no text', async () => {
    const electron = await start()
    const frame = new FakeFrame(ownPage)
    electron.ipcMain.emit('engine:connect', { senderFrame: frame }, 'http://gpu:4870/#token=abc')
    electron.ipcMain.emit('engine:connect', { senderFrame: frame }, { toString: () => 'http://evil' })
    expect(electron.log.hosts[0].host.received.map(({ message }) => message)).toEqual([{ kind: 'connect', remote: 'http://gpu:4870/#token=abc' }, { kind: 'connect', remote: undefined }])
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
