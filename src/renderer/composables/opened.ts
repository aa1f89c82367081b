import { onBeforeUnmount, onMounted } from 'vue'
import { t } from '../i18n'
import { problem } from '../stores/notices'
import { remoteAddress } from '../transport/remote'
import { askShell, onSaid } from '../transport/shell'
import { useIntake } from './intake'

/** Imports files and folders that the system opens with the desktop app. */
export function useOpened(): void {
  const { takeIn, takeInAll } = useIntake()

  async function open(paths: readonly string[]): Promise<void> {
    // The files are on this computer, but the engine runs elsewhere.
    if (remoteAddress() !== undefined) return void (problem.value = t('app.openRemote', { name: paths.join(', ') }))
    await takeInAll(paths.map((path) => () => takeIn(path)))
  }

  onBeforeUnmount(onSaid('opened', ({ paths }) => void open(paths)))
  onMounted(() => askShell('paths'))
}
