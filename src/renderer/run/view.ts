import { shallowRef } from 'vue'
import type { ShallowRef } from 'vue'

export interface Range {
  readonly from: number
  readonly to: number
}

/**
 * State shared by all charts of a run: window and pointer. Charts redraw immediately, bypassing the page's own updates.
 */
export interface SharedView {
  /** The zoom window; undefined shows everything. */
  readonly range: ShallowRef<Range | undefined>
  /** Position of the pointer on the X axis. */
  cursor: number | undefined
  /** The full extent. */
  extent: Range
  shown(): Range
  zoom(factor: number, around?: number): void
  pan(by: number): void
  show(range: Range | undefined): void
  point(at: number | undefined): void
  onChange(redraw: () => void): () => void
}

/** The narrowest window, as a share of the full extent. */
const narrowest = 1e-6

export function createSharedView(): SharedView {
  const listeners = new Set<() => void>()
  const range = shallowRef<Range>()
  const changed = (): void => listeners.forEach((redraw) => redraw())
  const view: SharedView = {
    range,
    cursor: undefined,
    extent: { from: 0, to: 1 },
    shown: () => range.value ?? view.extent,
    zoom: (factor, around) => {
      const { from, to } = view.shown()
      const middle = around ?? (from + to) / 2
      view.show({ from: middle - (middle - from) * factor, to: middle + (to - middle) * factor })
    },
    pan: (by) => {
      const { from, to } = view.shown()
      const room = by < 0 ? view.extent.from - from : view.extent.to - to
      const step = by < 0 ? Math.max(by, Math.min(0, room)) : Math.min(by, Math.max(0, room))
      if (range.value) view.show({ from: from + step, to: to + step })
    },
    show: (wanted) => {
      const { from, to } = view.extent
      const whole = to - from
      const isAll = !wanted || (wanted.from <= from && wanted.to >= to)
      range.value = isAll
        ? undefined
        : wanted.to - wanted.from < whole * narrowest
          ? range.value
          : { from: Math.max(from, wanted.from), to: Math.min(to, wanted.to) }
      changed()
    },
    point: (at) => {
      if (at === view.cursor) return
      view.cursor = at
      changed()
    },
    onChange: (redraw) => {
      listeners.add(redraw)
      return () => void listeners.delete(redraw)
    },
  }
  return view
}
