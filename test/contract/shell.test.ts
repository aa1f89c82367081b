import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeFrame } from '../helpers/fakeElectron'
import type { FakeElectron } from '../helpers/fakeElectron'
import { folder, isBuilt, newProfile, out, ownPage, startShell } from '../helpers/startShell'
import { atLeast } from '../../src/shared/atLeast'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.doUnmock('electron')
})

/** The entries of a menu as they are now. */
const entriesOf = (log: FakeElectron['log'], label: string) =>
  log.menus.at(-1)?.find((menu) => menu.label === label)?.submenu ?? []

/** The page asks for what was opened. */
const listen = ({ ipcMain, log }: FakeElectron): void =>
  void ipcMain.emit('paths:listen', { sender: log.windows[0]!.webContents, senderFrame: new FakeFrame(ownPage) })

describe.skipIf(!isBuilt)('the built main process', () => {
  it('opens one window that is isolated, sandboxed and on its own scheme', async () => {
    const { log } = await startShell()
    expect(log.order).toEqual(['scheme', 'ready'])
    expect(log.schemes).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ])
    expect(log.windows).toHaveLength(1)
    const { options, calls } = log.windows[0]!
    expect(options.webPreferences).toEqual({
      preload: join(out, 'preload', 'index.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    })
    expect(calls).toContain(`load ${ownPage}`)
    expect(calls).not.toContain('show')
    log.windows[0]!.emit('ready-to-show')
    expect(calls).toContain('show')
  })

  it('leaves at once when another instance runs, whose window comes to the front', async () => {
    const second = await startShell({ isFirstInstance: false })
    expect([second.log.quits, second.log.windows.length]).toEqual([1, 0])
    const first = await startShell()
    first.log.windows[0]!.minimized = true
    first.app.emit('second-instance', {}, ['nnopt'], folder)
    expect(first.log.windows[0]!.calls.slice(-3)).toEqual(['restore', 'show', 'focus'])
    expect(first.log.windows).toHaveLength(1)
  })

  it('has a menu entry with an accelerator for every screen', async () => {
    const { log } = await startShell()
    const go = log.menus[0]!.find(({ label }) => label === 'Go')?.submenu ?? []
    expect(go.map(({ accelerator }) => accelerator)).toEqual(go.map((_, index) => `CmdOrCtrl+${index + 1}`))
    go[4]!.click?.()
    entriesOf(log, 'File')[4]!.click?.()
    expect(log.windows[0]!.sent).toEqual([
      { kind: 'go', path: '/runs' },
      { kind: 'go', path: '/new' },
    ])
  })

  it('helps with the keys and the log', async () => {
    const userData = newProfile()
    writeFileSync(join(userData, 'main.log'), '')
    const { log } = await startShell({ userData })
    entriesOf(log, 'Help').forEach((entry) => entry.click?.())
    expect(log.windows[0]!.sent).toEqual([
      { kind: 'show', what: 'palette' },
      { kind: 'show', what: 'shortcuts' },
    ])
    expect(log.opened).toEqual([join(userData, 'main.log')])
    expect(log.questions).toEqual(['NNOpt Studio'])
  })

  it('opens models and folders from the menu, the system, and a second start, and keeps them as recent', async () => {
    const model = join(folder, 'model.onnx')
    const [images, missing] = atLeast(
      1,
      ['images', 'missing.onnx'].map((name) => join(folder, name)),
    )
    writeFileSync(model, '')
    mkdirSync(images, { recursive: true })
    const electron = await startShell({ chosen: [model] })
    const { app, log } = electron
    listen(electron)
    entriesOf(log, 'File')[0]!.click?.()
    await vi.advanceTimersByTimeAsync(0)
    const event = { preventDefault: vi.fn() }
    app.emit('open-file', event, '/elsewhere/other.onnx')
    app.emit('second-instance', {}, ['nnopt', '--flag', 'images', 'missing.onnx'], folder)
    expect(log.windows[0]!.sent).toEqual(
      [[model], ['/elsewhere/other.onnx'], [images, missing]].map((paths) => ({ kind: 'opened', paths })),
    )
    expect(log.recent).toEqual([model, '/elsewhere/other.onnx', images, missing])
    expect(event.preventDefault).toHaveBeenCalled()
  })

  it('lists what was opened last in its menu, on every system, until the list is cleared', async () => {
    const userData = newProfile()
    const [one, two] = [join(folder, 'one.onnx'), join(folder, 'two.onnx')]
    for (const path of [one, two]) writeFileSync(path, '')
    const recentOf = ({ log }: FakeElectron) => entriesOf(log, 'File')[2]!.submenu ?? []
    const first = await startShell({ userData })
    listen(first)
    expect(recentOf(first)).toEqual([{ label: 'No recent items', enabled: false }])
    for (const path of [one, two, one, '/gone/three.onnx'])
      first.app.emit('open-file', { preventDefault: vi.fn() }, path)
    expect(recentOf(first).map(({ label }) => label)).toEqual([one, two, undefined, 'Clear recent items'])

    const later = await startShell({ userData })
    listen(later)
    expect(recentOf(later).map(({ label }) => label)).toEqual([one, two, undefined, 'Clear recent items'])
    recentOf(later)[1]!.click?.()
    expect(later.log.windows[0]!.sent).toEqual([{ kind: 'opened', paths: [two] }])
    expect(recentOf(later)[0]!.label).toBe(two)
    recentOf(later)[3]!.click?.()
    expect([recentOf(later)[0]!.enabled, later.log.recent]).toEqual([false, []])
  })
})

describe.skipIf(!isBuilt)('work', () => {
  const say = (
    { log }: FakeElectron,
    work: {
      readonly active: number
      readonly share?: number
      readonly ended?: { readonly name: string; readonly status: string }
    },
  ): void =>
    void log.hosts[0]!.host.emit('message', { kind: 'work', work: { paused: 0, share: null, ended: null, ...work } })

  it('shows on the taskbar, keeps the machine awake, and tells its end to who looks elsewhere', async () => {
    const electron = await startShell()
    const { log } = electron
    say(electron, { active: 1, share: 0.25 })
    expect([log.windows[0]!.calls.at(-1), log.awake.size]).toEqual(['progress 0.25', 1])
    say(electron, { active: 1 })
    expect([log.windows[0]!.calls.at(-1), log.awake.size]).toEqual(['progress 2', 1])
    say(electron, { active: 0, ended: { name: 'seen', status: 'done' } })
    expect([log.windows[0]!.calls.at(-1), log.awake.size, log.notifications.length]).toEqual(['progress -1', 0, 0])
    log.windows[0]!.focused = false
    say(electron, { active: 0, ended: { name: 'train', status: 'done' } })
    expect(log.notifications).toEqual(['train finished'])
  })

  it('shows nothing any more when the engine has died', async () => {
    const electron = await startShell()
    say(electron, { active: 1, share: 0.5 })
    electron.log.hosts[0]!.host.emit('exit', 1)
    expect([electron.log.windows[0]!.calls.at(-1), electron.log.awake.size]).toEqual(['progress -1', 0])
  })

  const close = ({ log }: FakeElectron): boolean => {
    let prevented = false
    log.windows[0]!.emit('close', { preventDefault: () => (prevented = true) })
    return prevented
  }

  it('keeps the window, with all that is written in it, while closing it is asked about', async () => {
    const electron = await startShell({ answer: 3 })
    expect(close(electron)).toBe(false)
    say(electron, { active: 1 })
    expect(close(electron)).toBe(process.platform !== 'darwin')
  })

  it('no longer ends the program when the person has come back to it', async () => {
    const electron = await startShell({ answer: 2 })
    say(electron, { active: 1 })
    quit(electron)
    await vi.advanceTimersByTimeAsync(0)
    electron.app.emit('second-instance', {}, ['nnopt'], folder)
    say(electron, { active: 0 })
    expect(electron.log.quits).toBe(0)
  })

  const quit = ({ app }: FakeElectron): boolean => {
    let prevented = false
    app.emit('before-quit', { preventDefault: () => (prevented = true) })
    return prevented
  }

  it('does not keep an idle program from quitting', async () => {
    const electron = await startShell()
    expect([quit(electron), electron.log.questions]).toEqual([false, []])
  })

  const answers: readonly (readonly [string, number, unknown, boolean])[] = [
    ['stop after this epoch', 0, { kind: 'stop', when: 'epochEnd' }, true],
    ['stop now', 1, { kind: 'stop', when: 'now' }, true],
    ['keep running', 2, undefined, true],
    ['cancel', 3, undefined, false],
  ]
  it.each(answers)('is asked about when the program quits: %s', async (_name, answer, told, quits) => {
    const electron = await startShell({ answer })
    say(electron, { active: 1 })
    expect(quit(electron)).toBe(true)
    await vi.advanceTimersByTimeAsync(0)
    expect(electron.log.questions).toHaveLength(1)
    expect(electron.log.hosts[0]!.host.received.map(({ message }) => message)).toEqual(told ? [told] : [])
    expect(electron.log.windows[0]!.calls.includes('hide')).toBe(quits)
    say(electron, { active: 0 })
    expect(electron.log.quits).toBe(quits ? 1 : 0)
  })
})
