import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeFrame } from '../helpers/fakeElectron'
import type { FakeElectron } from '../helpers/fakeElectron'
import { isBuilt, newProfile, out, ownPage, startShell } from '../helpers/startShell'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.doUnmock('electron')
})

const connectFrom = (electron: FakeElectron, url: string): FakeFrame => {
  const frame = new FakeFrame(url)
  electron.ipcMain.emit('engine:connect', { senderFrame: frame })
  return frame
}

describe.skipIf(!isBuilt)('the engine', () => {
  it('gets one end of a channel and the page of this program the other', async () => {
    const electron = await startShell()
    const { file, host } = electron.log.hosts[0]!
    expect(file).toBe(join(out, 'engine', 'host.js'))
    expect(connectFrom(electron, ownPage).received).toEqual([{ channel: 'engine:port', ports: [{ end: 'page' }] }])
    expect(host.received).toEqual([{ message: { kind: 'connect', remote: undefined }, ports: [{ end: 'engine' }] }])
  })

  it('lies beside the archive of the shell in an installed program', async () => {
    Object.defineProperty(process, 'resourcesPath', { value: '/opt/nnopt/resources', configurable: true })
    const { log } = await startShell({ isPackaged: true })
    expect(log.hosts[0]!.file).toBe('/opt/nnopt/resources/engine/out/engine/host.js')
  })

  it('is told of an engine elsewhere that a page asks for, and of nothing that is no text', async () => {
    const electron = await startShell()
    const frame = new FakeFrame(ownPage)
    electron.ipcMain.emit('engine:connect', { senderFrame: frame }, 'http://gpu:4870/#token=abc')
    electron.ipcMain.emit('engine:connect', { senderFrame: frame }, { toString: () => 'http://evil' })
    expect(electron.log.hosts[0]!.host.received.map(({ message }) => message)).toEqual([
      { kind: 'connect', remote: 'http://gpu:4870/#token=abc' },
      { kind: 'connect', remote: undefined },
    ])
  })

  it.each(['https://evil.example/', 'app://studio.evil.example/', 'file:///index.html'])(
    'has no port for %s',
    async (url) => {
      const electron = await startShell()
      expect(connectFrom(electron, url).received).toEqual([])
      expect(electron.log.hosts[0]!.host.received).toEqual([])
    },
  )

  it('is started again when it dies, later each time, and serves who asked meanwhile', async () => {
    const electron = await startShell()
    const { hosts } = electron.log
    hosts[0]!.host.emit('exit', 1)
    const page = connectFrom(electron, ownPage)
    const gone = connectFrom(electron, ownPage)
    gone.destroyed = true
    expect(page.received).toEqual([])
    await vi.advanceTimersByTimeAsync(499)
    expect(hosts).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(hosts).toHaveLength(2)
    expect([page.received.length, gone.received.length, hosts[1]!.host.received.length]).toEqual([1, 0, 1])
    hosts[1]!.host.emit('exit', 1)
    await vi.advanceTimersByTimeAsync(999)
    expect(hosts).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(hosts).toHaveLength(3)
  })

  it('tells the page how it died, and the log what it said', async () => {
    const userData = newProfile()
    const { log } = await startShell({ userData })
    log.hosts[0]!.host.stderr.emit('data', Buffer.from('out of memory\n'))
    log.hosts[0]!.host.emit('exit', 134)
    expect(log.windows[0]!.sent).toEqual([{ kind: 'engineEnded', how: 'exit code 134' }])
    const text = readFileSync(join(userData, 'main.log'), 'utf8')
    expect(text).toContain('engine: out of memory')
    expect(text).toContain('the engine stopped (exit code 134)')
  })

  it('ends with the program and stays down', async () => {
    const { app, log } = await startShell()
    const { host } = log.hosts[0]!
    app.emit('will-quit', { preventDefault: () => undefined })
    expect(host.received.map(({ message }) => message)).toEqual([{ kind: 'close' }])
    await vi.advanceTimersByTimeAsync(10_000)
    expect([host.killed, log.quits]).toEqual([true, 0])
    host.emit('exit', 0)
    await vi.advanceTimersByTimeAsync(0)
    expect(log.quits).toBe(1)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(log.hosts).toHaveLength(1)
  })
})
