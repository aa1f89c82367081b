import { en } from '../../src/renderer/i18n/en'
import { measured } from '../e2e/measured'
import { expect, test } from './fixtures'

test('opens fast and keeps its main process small', async ({ start }, info) => {
  await (await start()).kill()
  const startedAt = performance.now()
  const { app, page } = await start()
  await expect(page.getByRole('button', { name: en['guide.sample.action'] })).toBeEnabled()
  measured(info, 'start to usable window, warm', (performance.now() - startedAt) / 1000, 's', { below: 2 })
  const kibibytes = await app.evaluate(
    ({ app }) => app.getAppMetrics().find(({ type }) => type === 'Browser')?.memory.workingSetSize,
  )
  measured(info, 'memory of the main process', ((kibibytes ?? NaN) * 1024) / 1e6, 'MB', { below: 150 })
})
