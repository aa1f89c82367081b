import type { Caller } from '../../shared/access'
import { toErrorReport } from '../../shared/errors'
import type { Frame } from '../../shared/wire'
import type { FramePort } from './frames'

/** Many pages over one channel between the threads and processes of a server. */
export type PageMessage =
  | { readonly kind: 'open'; readonly page: string; readonly caller: Caller }
  | { readonly kind: 'frame'; readonly page: string; readonly number: number; readonly frame: Frame }
  /** The frame of that number is no longer on the way. */
  | { readonly kind: 'taken'; readonly page: string; readonly number: number }
  | { readonly kind: 'close'; readonly page: string; readonly reason?: string | undefined }

export const isPageMessage = (message: { readonly kind: string }): message is PageMessage => 'page' in message

export interface PageChannel {
  /** Begins a page, whose messages go to the other end. */
  open(page: string, caller: Caller): FramePort
  receive(message: PageMessage): void
  /** When the channel itself has ended. */
  closeAll(reason?: string): void
}

/** One end. `onOpen` receives the pages that the other end begins. */
export function createPageChannel(
  post: (message: PageMessage) => void,
  onOpen: (page: FramePort, caller: Caller) => void = () => undefined,
): PageChannel {
  const pages = new Map<string, Page>()
  const begin = (id: string): Page => {
    const page = new Page(id, post, () => pages.delete(id))
    pages.set(id, page)
    return page
  }
  return {
    open: (id, caller) => {
      post({ kind: 'open', page: id, caller })
      return begin(id)
    },
    receive: (message) => {
      if (message.kind === 'open') return onOpen(begin(message.page), message.caller)
      const page = pages.get(message.page)
      if (message.kind === 'frame') page?.received(message.number, message.frame)
      if (message.kind === 'taken') page?.wasTaken(message.number)
      if (message.kind === 'close') page?.closed(message.reason)
    },
    closeAll: (reason) => {
      for (const page of [...pages.values()]) page.closed(reason)
    },
  }
}

class Page implements FramePort {
  private readonly sent = new Map<number, () => void>()
  private readonly closing: ((reason?: string) => void)[] = []
  private listener: ((frame: Frame) => void | Promise<void>) | undefined
  private next = 0
  private isOpen = true

  constructor(
    private readonly id: string,
    private readonly post: (message: PageMessage) => void,
    private readonly forget: () => void,
  ) {}

  readonly send = (frame: Frame): Promise<void> =>
    new Promise((resolve) => {
      if (!this.isOpen) return resolve()
      const number = this.next++
      this.sent.set(number, resolve)
      this.post({ kind: 'frame', page: this.id, number, frame })
    })

  readonly onFrame = (listener: (frame: Frame) => void | Promise<void>): void => void (this.listener = listener)
  readonly onClose = (listener: (reason?: string) => void): void => void this.closing.push(listener)

  readonly close = (reason?: string): void => {
    if (!this.isOpen) return
    this.post({ kind: 'close', page: this.id, reason })
    this.closed(reason)
  }

  received(number: number, frame: Frame): void {
    const taken = (): void => {
      if (this.isOpen) this.post({ kind: 'taken', page: this.id, number })
    }
    const work = async (): Promise<void> => this.listener?.(frame)
    work().then(taken, (error: unknown) => this.close(toErrorReport(error).message))
  }

  wasTaken(number: number): void {
    this.sent.get(number)?.()
    this.sent.delete(number)
  }

  closed(reason?: string): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.forget()
    for (const resolve of this.sent.values()) resolve()
    this.sent.clear()
    for (const listener of this.closing) listener(reason)
  }
}
