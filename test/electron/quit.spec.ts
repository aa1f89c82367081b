import { join } from 'node:path'
import { en } from '../../src/renderer/i18n/en'
import type { Run } from '../../src/shared/types'
import type { Desktop, Home } from './desktop'
import { addPictures, call, expectStatus, startTraining } from './engine'
import { expect, test } from './fixtures'
import { writePictures } from './pictures'
import { answerQuestions, questionsOf } from './questions'

/** Two trainings: one works, the other waits. */
async function startWork({ page }: Desktop, home: Home): Promise<readonly [Run, Run]> {
  await addPictures(page, await writePictures(join(home.folder, 'pictures')))
  const working = await startTraining(page, 'working')
  const waiting = await startTraining(page, 'waiting')
  await expectStatus(page, working, 'running')
  return [working, waiting]
}

/** The statuses after the next start, and what its page says of runs that were cut off. */
async function afterRestart({ page }: Desktop, runs: readonly Run[]): Promise<readonly string[]> {
  await expect(page.getByRole('heading', { level: 1, name: en['versions.title'] })).toBeVisible()
  await expect(page.getByText('was interrupted')).toHaveCount(0)
  const statuses: string[] = []
  for (const { id } of runs) statuses.push((await call(page, 'runs.get', { run: id })).status)
  return statuses
}

test('asks nothing when nothing works', async ({ desktop }) => {
  await expect(desktop.page.getByRole('button', { name: en['guide.sample.action'] })).toBeVisible()
  await answerQuestions(desktop.app, en['dialog.cancel'])
  await desktop.quit()
  await desktop.ended
})

test('stops what works and what waits when it is told to', async ({ home, start }) => {
  const first = await start()
  const runs = await startWork(first, home)
  await answerQuestions(first.app, en['dialog.cancel'])
  await first.quit()
  await expect.poll(async () => (await questionsOf(first.app)).length).toBe(1)
  const [question] = await questionsOf(first.app)
  expect(question).toMatchObject({ title: en['app.name'], hasParent: true })
  await expectStatus(first.page, runs[0], 'running')
  await answerQuestions(first.app, en['run.stopNow'])
  await first.quit()
  await first.ended
  expect(await afterRestart(await start(), runs)).toEqual(['stopped', 'stopped'])
})

test('asks about a paused run, which stops with the program and can be resumed', async ({ home, start }) => {
  const first = await start()
  await addPictures(first.page, await writePictures(join(home.folder, 'pictures')))
  const run = await startTraining(first.page, 'paused')
  await expectStatus(first.page, run, 'running')
  await call(first.page, 'runs.pause', { run: run.id })
  await expectStatus(first.page, run, 'paused')
  await answerQuestions(first.app, en['quit.stopPaused'])
  await first.quit()
  await first.ended
  const later = await start()
  expect(await afterRestart(later, [run])).toEqual(['stopped'])
  await call(later.page, 'runs.resume', { run: run.id })
  await expectStatus(later.page, run, 'running')
})

test('works on without its window and ends after the last run', async ({ home, start }) => {
  const first = await start()
  await addPictures(first.page, await writePictures(join(home.folder, 'pictures')))
  const run = await startTraining(first.page, 'short', 60)
  await expectStatus(first.page, run, 'running')
  await answerQuestions(first.app, en['quit.keepRunning'])
  await first.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  const isVisible = () => first.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible())
  await expect.poll(isVisible).toBe(false)
  await first.ended
  expect(await afterRestart(await start(), [run])).toEqual(['done'])
})
