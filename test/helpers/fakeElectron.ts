import { EventEmitter } from 'node:events'

/** The object as it is, but every member that it lacks throws when it is read: a call that was never thought of cannot pass unseen. */
function strict<T extends object>(name: string, members: T): T {
  return new Proxy(members, {
    get: (target, key) => {
      if (typeof key === 'string' && key !== 'then' && !(key in target))
        throw new Error(`electron: '${name}.${key}' is not in the fake`)
      return Reflect.get(target, key, target) as unknown
    },
  })
}

export interface FakePort {
  readonly end: string
}

export class FakeFrame {
  readonly received: { readonly channel: string; readonly ports: readonly FakePort[] }[] = []
  destroyed = false
  constructor(readonly url: string) {}
  isDestroyed(): boolean {
    return this.destroyed
  }
  postMessage(channel: string, _message: unknown, ports: readonly FakePort[]): void {
    this.received.push({ channel, ports })
  }
}

export class FakeHost extends EventEmitter {
  readonly stderr = new EventEmitter()
  readonly received: { readonly message: unknown; readonly ports: readonly FakePort[] }[] = []
  killed = false
  postMessage(message: unknown, ports: readonly FakePort[] = []): void {
    this.received.push({ message, ports })
  }
  kill(): boolean {
    this.killed = true
    return true
  }
}

export interface FakeWindow extends EventEmitter {
  readonly options: Readonly<Record<string, unknown>>
  readonly calls: string[]
  minimized: boolean
  focused: boolean
  readonly contents: EventEmitter
  readonly webContents: EventEmitter
  /** What was said to its page. */
  readonly sent: unknown[]
}

type WindowOpener = (details: { readonly url: string }) => { readonly action: string }

/** What a page may do; main sets its rules when it appears. */
export class FakeContents extends EventEmitter {
  opener: WindowOpener | undefined
  setWindowOpenHandler(opener: WindowOpener): void {
    this.opener = opener
  }
  /** Whether an event of this name was prevented. */
  tries(name: string, ...args: readonly unknown[]): boolean {
    let prevented = false
    this.emit(name, { preventDefault: () => (prevented = true) }, ...args)
    return prevented
  }
}

export interface FakeElectronOptions {
  readonly userData: string
  readonly isFirstInstance?: boolean
  readonly isPackaged?: boolean
  /** The button of a question, and the files of a file dialog, that the person chooses. */
  readonly answer?: number
  readonly chosen?: readonly string[]
}

type Permission = (...args: readonly unknown[]) => unknown

export interface FakeElectron {
  readonly module: Readonly<Record<string, unknown>>
  /** What main did. */
  readonly log: ElectronLog
  readonly app: EventEmitter
  readonly ipcMain: EventEmitter
}

interface MenuEntry {
  readonly label?: string
  readonly role?: string
  readonly accelerator?: string
  readonly enabled?: boolean
  readonly submenu?: readonly MenuEntry[]
  click?(): void
}

/** Labels without the marks of their letters. */
const plain = (menu: readonly MenuEntry[]): readonly MenuEntry[] =>
  menu.map((entry) => ({
    ...entry,
    ...(entry.label !== undefined && { label: entry.label.replace(/&(&?)/g, '$1') }),
    ...(entry.submenu && { submenu: plain(entry.submenu) }),
  }))

interface ElectronLog {
  readonly order: string[]
  readonly windows: FakeWindow[]
  readonly hosts: { readonly file: string; readonly host: FakeHost }[]
  readonly opened: string[]
  readonly schemes: { readonly scheme: string; readonly privileges: Readonly<Record<string, boolean>> }[]
  readonly protocols: Map<string, (request: Request) => Promise<Response>>
  readonly permissions: Permission[]
  readonly menus: (readonly MenuEntry[])[]
  readonly recent: string[]
  readonly notifications: string[]
  readonly questions: string[]
  /** Ids of blockers that keep the machine awake now. */
  readonly awake: Set<number>
  quits: number
}

/** The part of the `electron` module that the shell uses, with what it did in `log`. */
export function createFakeElectron({
  userData,
  isFirstInstance = true,
  isPackaged = false,
  answer = 0,
  chosen = [],
}: FakeElectronOptions): FakeElectron {
  const log: ElectronLog = {
    order: [],
    windows: [],
    hosts: [],
    opened: [],
    schemes: [],
    protocols: new Map(),
    permissions: [],
    menus: [],
    recent: [],
    notifications: [],
    questions: [],
    awake: new Set(),
    quits: 0,
  }
  const app = Object.assign(new EventEmitter(), {
    whenReady: async () => void log.order.push('ready'),
    requestSingleInstanceLock: () => isFirstInstance,
    quit: () => void log.quits++,
    getPath: (name: string) => (name === 'userData' || name === 'logs' ? userData : undefined),
    setName: () => undefined,
    setAppUserModelId: () => undefined,
    getVersion: () => '0.0.0',
    getAppPath: () => '/app',
    isPackaged,
    addRecentDocument: (path: string) => void log.recent.push(path),
    clearRecentDocuments: () => void log.recent.splice(0),
  })
  class BrowserWindow extends EventEmitter implements FakeWindow {
    static getAllWindows = (): readonly FakeWindow[] => log.windows
    readonly calls: string[] = []
    readonly sent: unknown[] = []
    minimized = false
    focused = true
    readonly contents = new EventEmitter()
    readonly webContents = strict(
      'webContents',
      Object.assign(this.contents, {
        isLoading: () => false,
        reload: () => void this.calls.push('reload'),
        send: (channel: string, value: unknown) => void (channel === 'shell' && this.sent.push(value)),
      }),
    )
    constructor(readonly options: Readonly<Record<string, unknown>>) {
      super()
      log.windows.push(strict('BrowserWindow', this))
    }
    isMinimized = (): boolean => this.minimized
    isMaximized = (): boolean => this.calls.includes('maximize')
    getNormalBounds = () => ({ x: 10, y: 20, width: 900, height: 700 })
    restore = (): void => void this.calls.push('restore')
    focus = (): void => void this.calls.push('focus')
    maximize = (): void => void this.calls.push('maximize')
    show = (): void => void this.calls.push('show')
    hide = (): void => void this.calls.push('hide')
    close = (): void => void this.calls.push('close')
    isFocused = (): boolean => this.focused
    isVisible = (): boolean => !this.calls.includes('hide')
    setProgressBar = (share: number): void => void this.calls.push(`progress ${share}`)
    loadURL = async (url: string): Promise<void> => void this.calls.push(`load ${url}`)
  }
  const ipcMain = new EventEmitter()
  const module = {
    app: strict('app', app),
    BrowserWindow,
    MessageChannelMain: class {
      readonly port1: FakePort = { end: 'engine' }
      readonly port2: FakePort = { end: 'page' }
    },
    Menu: strict('Menu', {
      buildFromTemplate: plain,
      setApplicationMenu: (menu: readonly MenuEntry[]) => void log.menus.push(menu),
    }),
    MenuItem: class {
      readonly label: string
      readonly submenu = undefined
      constructor({ role }: { readonly role: string }) {
        this.label = role
      }
    },
    nativeImage: strict('nativeImage', { createFromPath: (path: string) => ({ path }) }),
    ipcMain: strict('ipcMain', ipcMain),
    dialog: strict('dialog', {
      showMessageBox: async (...given: readonly { readonly message?: string }[]) => (
        log.questions.push(given.at(-1)?.message ?? ''),
        { response: answer }
      ),
      showOpenDialog: async () => ({ filePaths: chosen }),
    }),
    Notification: class extends EventEmitter {
      static isSupported = (): boolean => true
      constructor(readonly options: { readonly body: string }) {
        super()
      }
      show = (): void => void log.notifications.push(this.options.body)
    },
    powerSaveBlocker: strict('powerSaveBlocker', {
      start: () => (log.awake.add(log.awake.size + 1), log.awake.size),
      stop: (id: number) => void log.awake.delete(id),
    }),
    protocol: strict('protocol', {
      registerSchemesAsPrivileged: (schemes: ElectronLog['schemes']) =>
        void (log.order.push('scheme'), log.schemes.push(...schemes)),
      handle: (scheme: string, handler: (request: Request) => Promise<Response>) =>
        void log.protocols.set(scheme, handler),
    }),
    screen: strict('screen', { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] }),
    session: strict('session', {
      defaultSession: strict('defaultSession', {
        setPermissionRequestHandler: (handler: Permission) => void log.permissions.push(handler),
        setPermissionCheckHandler: (handler: Permission) => void log.permissions.push(handler),
      }),
    }),
    shell: strict('shell', {
      openExternal: async (url: string) => void log.opened.push(url),
      showItemInFolder: (path: string) => void log.opened.push(path),
    }),
    utilityProcess: strict('utilityProcess', {
      fork: (file: string) => {
        const host = new FakeHost()
        log.hosts.push({ file, host })
        return strict('UtilityProcess', host)
      },
    }),
  }
  return { module, log, app, ipcMain }
}
