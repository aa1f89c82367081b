import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FakeElectron } from '../helpers/fakeElectron'
import { isBuilt, newProfile, startShell } from '../helpers/startShell'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.doUnmock('electron')
})

describe.skipIf(!isBuilt)('the window', () => {
  const restored = { x: 40, y: 60, width: 1000, height: 800, isMaximized: true }
  const states: readonly {
    readonly name: string
    readonly text: string | undefined
    readonly width: number
    readonly maximized: boolean
  }[] = [
    { name: 'opens at its first size', text: undefined, width: 1280, maximized: false },
    { name: 'comes back where it was', text: JSON.stringify(restored), width: 1000, maximized: true },
    { name: 'forgets a damaged state', text: '{"width": 1000', width: 1280, maximized: false },
    {
      name: 'forgets a state of the wrong shape',
      text: '{"x": 0, "y": 0, "width": "wide", "height": 800, "isMaximized": false}',
      width: 1280,
      maximized: false,
    },
    {
      name: 'forgets a place on a screen that is gone',
      text: JSON.stringify({ ...restored, x: 5000 }),
      width: 1280,
      maximized: false,
    },
  ]
  it.each(states)('$name', async ({ text, width, maximized }) => {
    const userData = newProfile()
    if (text !== undefined) writeFileSync(join(userData, 'window.json'), text)
    const { log } = await startShell({ userData })
    expect(log.windows[0]!.options.width).toBe(width)
    expect(log.windows[0]!.calls.includes('maximize')).toBe(maximized)
  })

  it('keeps its place when it closes', async () => {
    const userData = newProfile()
    const { log } = await startShell({ userData })
    log.windows[0]!.emit('close')
    expect(JSON.parse(readFileSync(join(userData, 'window.json'), 'utf8'))).toEqual({
      x: 10,
      y: 20,
      width: 900,
      height: 700,
      isMaximized: false,
    })
  })
})

describe.skipIf(!isBuilt)('a window whose process dies', () => {
  const die = ({ log }: FakeElectron, reason = 'crashed'): void =>
    void log.windows[0]!.contents.emit('render-process-gone', {}, { reason, exitCode: 5 })

  it('is loaded again, and the log says why', async () => {
    const userData = newProfile()
    const electron = await startShell({ userData })
    die(electron, 'clean-exit')
    expect(electron.log.windows[0]!.calls).not.toContain('reload')
    die(electron)
    expect(electron.log.windows[0]!.calls.at(-1)).toBe('reload')
    expect(readFileSync(join(userData, 'main.log'), 'utf8')).toContain('the window crashed: crashed, exit code 5')
  })

  it('is asked about when it dies again at once', async () => {
    const electron = await startShell({ answer: 1 })
    die(electron)
    die(electron, 'oom')
    await vi.advanceTimersByTimeAsync(0)
    expect(electron.log.questions).toEqual(['The window crashed again (oom)'])
    expect(electron.log.windows[0]!.calls.slice(-2)).toEqual(['reload', 'close'])
  })
})
