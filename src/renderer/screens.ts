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

/** A screen of the interface: its address, its view, and its navigation entry. */
export interface Screen {
  /** Route name. */
  readonly name: string
  readonly path: string
  /** File name in views/ without extension; loaded when the screen is opened. */
  readonly view: string
  readonly label: MessageKey
  /** Its group in the navigation; screens reached from other screens have none. */
  readonly group?: NavigationGroup
  readonly icon?: Component
  /** The navigation entry it belongs to, for screens without a group. */
  readonly under?: string
  /** The key after `g`. */
  readonly key?: string
}

export const navigationGroups = ['models', 'work', 'understand', 'machine'] as const
export type NavigationGroup = (typeof navigationGroups)[number]

/** Every screen, in navigation order. */
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

/** The navigation entry that a route belongs to. */
export const listedScreen = (name: unknown): Screen | undefined => {
  const screen = screens.find((each) => each.name === name)
  return screen?.under === undefined ? screen : screens.find((each) => each.name === screen.under)
}
