import { computed, onBeforeUnmount, onMounted, ref, shallowRef } from 'vue'
import type { Ref } from 'vue'

export interface Place {
  readonly x: number
  readonly y: number
}

export interface Rect extends Place {
  readonly width: number
  readonly height: number
}

/** Screen point = graph point · zoom + (x, y). */
interface View extends Place {
  readonly zoom: number
}

const [smallestZoom, largestZoom] = [0.05, 2]
const wheelZoom = 0.0016
/** Pixels covered by the buttons above the graph. */
const topRoom = 44
/** Pixels a press may move and still count as a click. */
const clickSlack = 4

const isSame = (one: Rect, other: Rect): boolean =>
  one.x === other.x && one.y === other.y && one.width === other.width && one.height === other.height

/** A view that can be dragged, zoomed with the wheel, and scrolled to a place; `sight` determines what is drawn. */
export function usePanZoom(frame: Ref<HTMLElement | undefined>) {
  const view = shallowRef<View>({ x: 0, y: 0, zoom: 1 })
  const size = shallowRef({ width: 0, height: 0 })
  const limited = (zoom: number): number => Math.min(largestZoom, Math.max(smallestZoom, zoom))

  function zoomBy(factor: number, at: Place = { x: size.value.width / 2, y: size.value.height / 2 }): void {
    const { x, y, zoom } = view.value
    const next = limited(zoom * factor)
    view.value = { zoom: next, x: at.x - ((at.x - x) * next) / zoom, y: at.y - ((at.y - y) * next) / zoom }
  }
  const centre = (at: Place, zoom = view.value.zoom): void =>
    void (view.value = { zoom, x: size.value.width / 2 - at.x * zoom, y: size.value.height / 2 - at.y * zoom })
  function fit(rect: Rect, smallest: number, largest = 1): void {
    const { width, height } = size.value
    if (width === 0 || rect.width === 0) return
    const room = 0.94
    const zoom = limited(
      Math.min(largest, Math.max(smallest, room * Math.min(width / rect.width, height / rect.height))),
    )
    const left = (height - rect.height * zoom) / 2
    // Content taller than the frame starts at the top.
    view.value = {
      zoom,
      x: (width - rect.width * zoom) / 2 - rect.x * zoom,
      y: Math.max(left, topRoom) - rect.y * zoom,
    }
  }

  /** The visible area plus half a frame around it, in steps, so that most moves render nothing new. */
  const sight = computed<Rect>((before) => {
    const { x, y, zoom } = view.value
    const [width, height] = [size.value.width / zoom, size.value.height / zoom]
    const [stepX, stepY] = [Math.max(1, width / 2), Math.max(1, height / 2)]
    const next = {
      x: (Math.floor(-x / zoom / stepX) - 1) * stepX,
      y: (Math.floor(-y / zoom / stepY) - 1) * stepY,
      width: width + 3 * stepX,
      height: height + 3 * stepY,
    }
    return before && isSame(before, next) ? before : next
  })

  const { isDragging, press, move, release } = useDrag(frame, view)
  function wheel(event: WheelEvent): void {
    event.preventDefault()
    const box = frame.value?.getBoundingClientRect()
    if (box) zoomBy(Math.exp(-event.deltaY * wheelZoom), { x: event.clientX - box.left, y: event.clientY - box.top })
  }

  const observer = new ResizeObserver(
    ([entry]) => (size.value = { width: entry!.contentRect.width, height: entry!.contentRect.height }),
  )
  onMounted(() => frame.value && observer.observe(frame.value))
  onBeforeUnmount(() => observer.disconnect())
  return { view, size, sight, isDragging, zoomBy, centre, fit, press, move, release, wheel }
}

/** Moves a view with the pointer; a press that hardly moves remains a click. */
function useDrag(frame: Ref<HTMLElement | undefined>, view: Ref<View>) {
  const isDragging = ref(false)
  let from: { readonly pointer: Place; readonly view: View; readonly id: number } | undefined
  function press(event: PointerEvent): void {
    if (event.button === 0)
      from = { pointer: { x: event.clientX, y: event.clientY }, view: view.value, id: event.pointerId }
  }
  function move(event: PointerEvent): void {
    if (!from || event.pointerId !== from.id) return
    const [dx, dy] = [event.clientX - from.pointer.x, event.clientY - from.pointer.y]
    if (!isDragging.value && Math.hypot(dx, dy) < clickSlack) return
    if (!isDragging.value) frame.value?.setPointerCapture(event.pointerId)
    isDragging.value = true
    view.value = { ...from.view, x: from.view.x + dx, y: from.view.y + dy }
  }
  function release(): void {
    from = undefined
    // The click that ends a drag arrives after this.
    setTimeout(() => (isDragging.value = false))
  }
  return { isDragging, press, move, release }
}
