import { readFileSync, writeFileSync } from 'node:fs'
import type { BrowserWindow, Rectangle } from 'electron'

interface WindowState extends Partial<Rectangle> {
  readonly width: number
  readonly height: number
  readonly isMaximized?: boolean
}

const initial: WindowState = { width: 1280, height: 820 }

/** Where the window was; the initial size when the file is missing or not readable as JSON. */
export function loadWindowState(file: string): WindowState {
  try {
    return { ...initial, ...(JSON.parse(readFileSync(file, 'utf8')) as Partial<WindowState>) }
  } catch {
    return initial
  }
}

export function keepWindowState(window: BrowserWindow, file: string): void {
  window.on('close', () => writeFileSync(file, JSON.stringify({ ...window.getNormalBounds(), isMaximized: window.isMaximized() })))
}
