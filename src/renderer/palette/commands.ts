import { computed } from 'vue'
import type { ComputedRef } from 'vue'
import { useRouter } from 'vue-router'
import { saveAllCharts, shownCharts } from '../charts/files'
import { useGuide } from '../guide/useGuide'
import { t } from '../i18n'
import { screens } from '../screens'
import { useDatasets } from '../stores/datasets'
import { attempt } from '../stores/notices'
import { useRuns } from '../stores/runs'
import { useTheme } from '../stores/theme'
import { useVersions } from '../stores/versions'

export interface Command {
  readonly id: string
  readonly title: string
  /** The kind of item. */
  readonly group: string
  readonly keys?: string | undefined
  run(): unknown
}

/** Everything that can be reached by typing: screens, actions, versions, runs and datasets. */
export function useCommands(showShortcuts: () => void): ComputedRef<readonly Command[]> {
  const sources = [useScreenCommands(), useActionCommands(showShortcuts), useVersionCommands(), useOtherCommands()]
  return computed(() => sources.flatMap((commands) => commands()))
}

function useScreenCommands(): () => readonly Command[] {
  const router = useRouter()
  return () =>
    screens
      .filter(({ group, name }) => group !== undefined && router.hasRoute(name))
      .map(({ name, label, key }) => ({
        id: `go ${name}`,
        title: t(label),
        group: t('palette.screen'),
        keys: key && `g ${key}`,
        run: () => router.push({ name }),
      }))
}

function useActionCommands(showShortcuts: () => void): () => readonly Command[] {
  const theme = useTheme()
  const guide = useGuide()
  return () => {
    const group = t('palette.action')
    const themeTitle = t(theme.theme === 'dark' ? 'app.theme.light' : 'app.theme.dark')
    const saveCharts = (): unknown => attempt(() => saveAllCharts('charts'))
    return [
      { id: 'theme', title: themeTitle, group, keys: 'Shift+D', run: theme.toggle },
      { id: 'shortcuts', title: t('shortcuts.title'), group, keys: '?', run: showShortcuts },
      { id: 'sample', title: t('guide.title'), group, run: guide.begin },
      ...(shownCharts.size > 0 ? [{ id: 'charts', title: t('charts.saveAll'), group, run: saveCharts }] : []),
    ]
  }
}

/** Opens a version, or quantizes one in fp32. */
function useVersionCommands(): () => readonly Command[] {
  const router = useRouter()
  const versions = useVersions()
  const open = (id: string, title: string): Command => ({
    id: `version ${id}`,
    title,
    group: t('palette.version'),
    run: () => router.push({ name: 'version', params: { id } }),
  })
  const quantize = (id: string, name: string): Command => ({
    id: `quantize ${id}`,
    title: t('palette.quantize', { name }),
    group: t('palette.action'),
    run: () => router.push({ name: 'new', query: { from: id } }),
  })
  return () =>
    (versions.value ?? []).flatMap(({ version: { id, name, precision } }) => [
      open(id, name),
      ...(precision === 'fp32' ? [quantize(id, name)] : []),
    ])
}

/** Opens a run or a dataset. */
function useOtherCommands(): () => readonly Command[] {
  const router = useRouter()
  const [runs, datasets] = [useRuns(), useDatasets()]
  return () => [
    ...(runs.value ?? []).map(({ id, name }) => ({
      id: `run ${id}`,
      title: name,
      group: t('palette.run'),
      run: () => router.push({ name: 'run', params: { id } }),
    })),
    ...(router.hasRoute('dataset') ? (datasets.value ?? []) : []).map(({ name }) => ({
      id: `dataset ${name}`,
      title: name,
      group: t('palette.dataset'),
      run: () => router.push({ name: 'dataset', params: { name } }),
    })),
  ]
}

/** Commands that contain every word of the query; titles that start with it come first. */
export function found(commands: readonly Command[], query: string): readonly Command[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const matching = commands.filter(({ title, group }) =>
    words.every((word) => `${title} ${group}`.toLowerCase().includes(word)),
  )
  const rank = ({ title }: Command): number => (title.toLowerCase().startsWith(words[0] ?? '') ? 0 : 1)
  return [...matching].sort((a, b) => rank(a) - rank(b))
}
