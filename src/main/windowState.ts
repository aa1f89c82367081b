import { readFileSync, writeFileSync } from 'node:fs'
import { screen } from 'electron'
import type { BrowserWindow, Rectangle } from 'electron'

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
  try {
    const state: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isWindowState(state) && isVisible(state) ? state : initial
  } catch {
    return initial
  }
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

export function keepWindowState(window: BrowserWindow, file: string): void {
  window.on('close', () => {
    try {
      writeFileSync(file, JSON.stringify({ ...window.getNormalBounds(), isMaximized: window.isMaximized() }))
    } catch {
      // Failing to save the position is not worth an error while the window closes.
    }
  })
}
