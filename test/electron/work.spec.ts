import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ElectronApplication } from '@playwright/test'
import { en } from '../../src/renderer/i18n/en'
import { addPictures, expectConnected, expectStatus, startTraining } from './engine'
import { expect, test } from './fixtures'
import { writePictures } from './pictures'

const run = promisify(execFile)

/** What the program tells the system: the bar of its window, and whether the computer must stay awake. */
interface Told {
  readonly progress: readonly number[]
  readonly awake: readonly boolean[]
}

const listen = (app: ElectronApplication): Promise<void> =>
  app.evaluate(({ BrowserWindow, powerSaveBlocker }) => {
    const told: { progress: number[]; awake: boolean[] } = { progress: [], awake: [] }
    Reflect.set(globalThis, 'told', told)
    const [window] = BrowserWindow.getAllWindows()
    if (window) window.setProgressBar = (share) => void told.progress.push(share)
    const { start, stop } = powerSaveBlocker
    powerSaveBlocker.start = (type) => {
      const id = start.call(powerSaveBlocker, type)
      told.awake.push(powerSaveBlocker.isStarted(id))
      return id
    }
    powerSaveBlocker.stop = (id) => {
      const stopped = stop.call(powerSaveBlocker, id)
      told.awake.push(powerSaveBlocker.isStarted(id))
      return stopped
    }
  })
const toldBy = (app: ElectronApplication): Promise<Told> => app.evaluate(() => Reflect.get(globalThis, 'told') as Told)

test('shows progress, keeps the computer awake and announces the end', async ({ home, desktop: { app, page } }) => {
  await expectConnected(page)
  await addPictures(page, await writePictures(join(home.folder, 'pictures')))
  await listen(app)
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize())
  const training = await startTraining(page, 'evening', 30)
  await expectStatus(page, training, 'done')
  await expect.poll(async () => (await toldBy(app)).awake).toEqual([true, false])
  const { progress } = await toldBy(app)
  expect(progress.at(-1)).toBe(-1)
  expect(progress.some((share) => share > 0 && share <= 1)).toBe(true)
  const shown = en['ended.done'].replace('{name}', 'evening')
  await expect
    .poll(async () => {
      await run('dunstctl', ['close-all'])
      return (await run('dunstctl', ['history'])).stdout
    })
    .toContain(shown)
})
