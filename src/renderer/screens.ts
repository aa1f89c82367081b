import {
  Activity,
  CirclePlus,
  Cpu,
  Database,
  FlaskConical,
  Gauge,
  GitCompareArrows,
  Image,
  Layers,
  Scissors,
  Settings,
} from '@lucide/vue'
import type { Component } from 'vue'
import type { MessageKey } from './i18n'

/** A place of the interface: an address, the view that shows it, and how the navigation names it. */
export interface Screen {
  /** Name of the route. */
  readonly name: string
  readonly path: string
  /** File of views/ without its ending; it is loaded when the screen is opened. */
  readonly view: string
  readonly label: MessageKey
  /** Where the navigation lists it; screens that are reached from others have none. */
  readonly group?: NavigationGroup
  readonly icon?: Component
  /** The listed screen that it belongs to, for those without a group. */
  readonly under?: string
  /** Second key after `g`. */
  readonly key?: string
}

export const navigationGroups = ['models', 'work', 'understand', 'machine'] as const
export type NavigationGroup = (typeof navigationGroups)[number]

/** Every screen, in the order of the navigation. */
export const screens: readonly Screen[] = [
  { name: 'versions', path: '/', view: 'VersionsView', label: 'nav.versions', group: 'models', icon: Layers, key: 'v' },
  { name: 'version', path: '/versions/:id', view: 'VersionView', label: 'nav.versions', under: 'versions' },
  { name: 'model', path: '/versions/:id/layers', view: 'ModelView', label: 'nav.model', under: 'versions' },
  { name: 'export', path: '/versions/:id/export', view: 'ExportView', label: 'nav.export', under: 'versions' },
  {
    name: 'compare',
    path: '/compare',
    view: 'CompareView',
    label: 'nav.compare',
    group: 'models',
    icon: GitCompareArrows,
    key: 'c',
  },
  { name: 'try', path: '/try', view: 'TryView', label: 'nav.try', group: 'models', icon: Image, key: 't' },
  {
    name: 'datasets',
    path: '/datasets',
    view: 'DatasetsView',
    label: 'nav.datasets',
    group: 'models',
    icon: Database,
    key: 'd',
  },
  { name: 'dataset', path: '/datasets/:name', view: 'DatasetView', label: 'nav.datasets', under: 'datasets' },
  { name: 'dataset-add', path: '/add-dataset', view: 'DatasetAddView', label: 'nav.datasets', under: 'datasets' },
  { name: 'new', path: '/new', view: 'NewRunView', label: 'nav.new', group: 'work', icon: CirclePlus, key: 'n' },
  { name: 'runs', path: '/runs', view: 'RunsView', label: 'nav.runs', group: 'work', icon: Activity, key: 'r' },
  { name: 'run', path: '/runs/:id', view: 'RunView', label: 'nav.runs', under: 'runs' },
  {
    name: 'benchmark',
    path: '/benchmark',
    view: 'BenchmarkView',
    label: 'nav.benchmark',
    group: 'work',
    icon: Gauge,
    key: 'b',
  },
  { name: 'lab', path: '/lab', view: 'LabView', label: 'nav.lab', group: 'understand', icon: FlaskConical, key: 'l' },
  {
    name: 'prune',
    path: '/prune',
    view: 'PruneView',
    label: 'nav.prune',
    group: 'understand',
    icon: Scissors,
    key: 'p',
  },
  { name: 'system', path: '/system', view: 'SystemView', label: 'nav.system', group: 'machine', icon: Cpu, key: 's' },
  {
    name: 'settings',
    path: '/settings',
    view: 'SettingsView',
    label: 'nav.settings',
    group: 'machine',
    icon: Settings,
    key: ',',
  },
]

/** The listed screen that a route belongs to. */
export const listedScreen = (name: unknown): Screen | undefined => {
  const screen = screens.find((each) => each.name === name)
  return screen?.under === undefined ? screen : screens.find((each) => each.name === screen.under)
}
