import { screen } from 'electron'
import type { BrowserWindow, Rectangle } from 'electron'
import { readState, writeState } from './stateFile'

interface WindowState {
  readonly width: number
  readonly height: number
  readonly x?: number
  readonly y?: number
  readonly isMaximized: boolean
}

const initial: WindowState = { width: 1280, height: 820, isMaximized: false }

/** The last window bounds; the initial size if the file is missing or damaged, or the screen is gone. */
export function loadWindowState(file: string): WindowState {
  const state = readState(file)
  return isWindowState(state) && isVisible(state) ? state : initial
}

const sides = ['x', 'y', 'width', 'height'] as const

function isWindowState(state: unknown): state is Rectangle & WindowState {
  const fields = new Map(Object.entries(state ?? {}))
  return sides.every((side) => Number.isSafeInteger(fields.get(side))) && typeof fields.get('isMaximized') === 'boolean'
}

/** The title bar must be reachable: the middle of its upper edge must be on a screen. */
function isVisible({ x, y, width }: Rectangle): boolean {
  const middle = x + width / 2
  return screen
    .getAllDisplays()
    .some(
      ({ workArea }) =>
        middle >= workArea.x &&
        middle < workArea.x + workArea.width &&
        y >= workArea.y &&
        y < workArea.y + workArea.height,
    )
}

/** A window that moves this soon and this little after it is shown was moved by the system, which puts a frame around it. */
const placedWithinMs = 10_000
const frameAtMost = 64

/**
 * Writes the window's state when it closes. The system's answers need correction: they add the frame to the given place, so that windows would
 * wander from start to start, and a window that starts maximized has no normal bounds yet.
 */
export function keepWindowState(window: BrowserWindow, file: string, given: WindowState): void {
  const { isMaximized, ...placed } = given
  let frame = { x: 0, y: 0 }
  let isPlaced = !isMaximized
  let placingUntil = 0
  const measureFrame = (): void => {
    if (Date.now() > placingUntil || window.isMaximized()) return
    const { x, y } = window.getBounds()
    const moved = { x: x - (placed.x ?? x), y: y - (placed.y ?? y) }
    if (Math.max(Math.abs(moved.x), Math.abs(moved.y)) <= frameAtMost) frame = moved
  }
  const expectPlacing = (): void => void (placingUntil = Date.now() + placedWithinMs)
  const normal = (): Omit<WindowState, 'isMaximized'> => {
    if (!isPlaced) return placed
    const { x, y, ...size } = window.getNormalBounds()
    return { ...size, x: x - frame.x, y: y - frame.y }
  }
  window.once('show', expectPlacing)
  window.once('unmaximize', () => {
    if (!isPlaced) expectPlacing()
    isPlaced = true
  })
  window.on('move', measureFrame)
  window.on('close', () => writeState(file, { ...normal(), isMaximized: window.isMaximized() }))
}
