import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import type { Host } from '../../src/node/createHost'
import { measured } from './measured'
import { startEmptyStudio } from './studio'
import type { Studio } from './studio'

test.describe.configure({ mode: 'serial' })

const points = 1_000_000
const versionCount = 500

let studio: Studio
let page: Page

const startedAt = Date.parse('2026-01-01T00:00:00Z')
const moment = (seconds: number): string => new Date(startedAt + seconds * 1000).toISOString()

async function fillMetrics({ store }: Host): Promise<void> {
  await store.runs.insert({
    id: 'r-long',
    name: 'a long training',
    recipe: { name: 'a long training', steps: [{ step: 'train', dataset: 'd' }] },
    createdAt: moment(0),
    pid: null,
  })
  const rows = points / 4
  const batch = 10_000
  for (let first = 0; first < rows; first += batch) {
    await store.metrics.append(
      Array.from({ length: batch }, (_, index) => {
        const step = first + index + 1
        return {
          runId: 'r-long',
          stepIndex: 0,
          kind: 'step',
          position: step,
          at: moment(step / 20),
          values: {
            trainLoss: 2 / Math.sqrt(step) + Math.sin(step) * 0.01,
            trainAccuracy: 1 - 1 / Math.sqrt(step),
            learningRate: 0.1 * (1 - step / rows),
            samplesPerSecond: 900 + 100 * Math.sin(step / 50),
          },
        }
      }),
    )
  }
  await store.metrics.append(
    Array.from({ length: 100 }, (_, epoch) => ({
      runId: 'r-long',
      stepIndex: 0,
      kind: 'epoch',
      position: epoch + 1,
      at: moment(((epoch + 1) * rows) / 100 / 20),
      values: { trainLoss: 2 / (epoch + 1), valLoss: 2.1 / (epoch + 1), valAccuracy: 1 - 0.9 / (epoch + 1) },
    })),
  )
  await store.runs.update('r-long', { status: 'done', startedAt: moment(0), finishedAt: moment(rows / 20) })
}

async function fillVersions({ store }: Host): Promise<void> {
  for (let index = 0; index < versionCount; index++) {
    const id = `v-${String(index).padStart(4, '0')}`
    await store.versions.insert({
      id,
      name: `network-${index}`,
      origin: index % 3 === 0 ? 'trained' : 'quantized',
      precision: index % 3 === 0 ? 'fp32' : 'int8',
      parentId: index % 3 === 0 ? null : `v-${String(index - (index % 3)).padStart(4, '0')}`,
      runId: null,
      createdAt: moment(index),
      deletedAt: null,
      architecture: 'tiny-cnn',
      inputSize: { height: 32, width: 32 },
      classes: [],
      classCount: 10,
      trainable: index % 3 === 0,
      sizeBytes: 1e6 + index * 1e4,
      diskBytes: 1e6,
      hash: id,
      step: { step: 'train' },
      warnings: [],
      tags: index % 10 === 0 ? ['tenth'] : [],
      notes: '',
    })
    const accuracy = 0.5 + (index % 97) / 200
    const evaluation = {
      version: id,
      dataset: 'd',
      split: 'test' as const,
      samples: 1000,
      accuracy,
      accuracyInterval: [accuracy - 0.02, accuracy + 0.02] as const,
      avgLoss: 1,
      samplesPerSecond: 1000,
      avgTimePerBatchMs: 1,
      avgTimePerSampleMs: 1,
      batchSize: 50,
      threads: 2,
      warmupBatches: 1,
      perClass: [],
      confusionMatrix: [],
      device: { cpu: 'x', runtime: 'y', threads: 2 },
      skipped: [],
      warnings: [],
      fileSizeBytes: 1,
      intWeightParams: 0,
      floatWeightParams: 1,
      floatBiasParams: 0,
      bnParams: 0,
      otherFloatParams: 0,
      totalParams: 1,
      nonzeroParams: 1,
      sparsity: 0,
      approxMemoryMb: 1,
    }
    await store.measurements.addEvaluation({
      id: `e-${id}`,
      versionId: id,
      runId: null,
      createdAt: moment(index),
      limit: null,
      seed: 0,
      evaluation,
    })
  }
}

test.beforeAll(async ({ browser }) => {
  test.setTimeout(300_000)
  const { createHost } = (await import(join(import.meta.dirname, '..', '..', 'out', 'engine', 'host.js'))) as {
    createHost(options: { workspace: string; watch: boolean }): Promise<Host>
  }
  studio = await startEmptyStudio(async (workspace) => {
    const host = await createHost({ workspace, watch: false })
    await fillMetrics(host)
    await fillVersions(host)
    await host.close()
  })
  page = await browser.newPage()
  // Notes the moment at which something that can be used is first there.
  await page.addInitScript(() => {
    const seen: Record<string, number> = {}
    Reflect.set(window, 'seen', seen)
    const wanted = { row: 'tbody tr[aria-rowindex]', chart: 'canvas[aria-label^="Loss"]' }
    new MutationObserver(() => {
      for (const [name, selector] of Object.entries(wanted))
        if (seen[name] === undefined && document.querySelector(selector)) seen[name] = performance.now()
    }).observe(document, { childList: true, subtree: true })
  })
  await page.goto(studio.url)
  await expect(page.getByRole('link', { name: 'network-499', exact: true })).toBeVisible()
})

test.afterAll(async () => {
  await page?.close()
  await studio?.close()
})

const seenAt = (name: string): Promise<number> =>
  page.evaluate((key) => (Reflect.get(window, 'seen') as Record<string, number>)[key]!, name)

test('the first screen is ready soon after it is loaded, with 500 versions', async ({}, info) => {
  const times: number[] = []
  for (let round = 0; round < 3; round++) {
    await page.goto('about:blank')
    await page.goto(`${studio.origin}/`)
    await expect(page.getByRole('link', { name: 'network-499', exact: true })).toBeVisible()
    times.push(await seenAt('row'))
  }
  measured(info, `ready with ${versionCount} versions`, Math.min(...times), 'ms', { below: 1000 })
  expect(await page.locator('tbody tr').count()).toBeLessThan(80)
})

test('500 versions are filtered at once', async ({}, info) => {
  const milliseconds = await page.evaluate(async () => {
    const input = document.querySelector<HTMLInputElement>('main input[type="search"]')
    if (!input) throw new Error('no filter')
    const before = performance.now()
    input.value = 'network-12 int8'
    input.dispatchEvent(new Event('input'))
    while (document.querySelector('tbody')?.textContent?.includes('network-499'))
      await new Promise((resolve) => setTimeout(resolve))
    return performance.now() - before
  })
  measured(info, `filter of ${versionCount} versions`, milliseconds, 'ms', { below: 100 })
  await expect(page.getByRole('link', { name: 'network-125', exact: true })).toBeVisible()
  await page.getByRole('searchbox').fill('')
})

test('the lineage of 500 versions is there at once', async ({}, info) => {
  const before = Date.now()
  await page.getByRole('button', { name: 'Lineage', exact: true }).click()
  await expect(page.getByRole('button', { name: /^network-\d+, / }).first()).toBeVisible()
  measured(info, `lineage of ${versionCount} versions`, Date.now() - before, 'ms', { below: 1000 })
  await page.getByRole('button', { name: 'Overview', exact: true }).click()
})

test('a million metric points open fast and move smoothly in little memory', async ({}, info) => {
  const opened: number[] = []
  for (let round = 0; round < 3; round++) {
    await page.goto('about:blank')
    await page.goto(`${studio.origin}/#/runs/r-long`)
    await expect(page.getByRole('img', { name: 'Loss' })).toBeVisible()
    opened.push(await seenAt('chart'))
  }
  measured(
    info,
    `${points.toLocaleString('en')} points opened, from the start of the page`,
    Math.min(...opened),
    'ms',
    { below: 1000 },
  )

  for (let index = 0; index < 4; index++) await page.getByRole('button', { name: 'Zoom in' }).click()
  const box = await page.getByRole('img', { name: 'Loss' }).boundingBox()
  if (!box) throw new Error('no chart')
  const rates: number[] = []
  for (let round = 0; round < 4; round++) {
    await page.mouse.move(box.x + box.width * 0.7, box.y + box.height / 2)
    await page.mouse.down()
    const counted = page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const from = performance.now()
          let frames = 0
          const next = (): void => {
            frames++
            if (performance.now() - from < 800) requestAnimationFrame(next)
            else resolve((frames * 1000) / (performance.now() - from))
          }
          requestAnimationFrame(next)
        }),
    )
    await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2, { steps: 80 })
    rates.push(await counted)
    await page.mouse.up()
  }
  measured(info, `pan over ${points.toLocaleString('en')} points`, Math.max(...rates), 'frames/s', { atLeast: 50 })

  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const { metrics } = await session.send('Performance.getMetrics')
  const heap = metrics.find(({ name }) => name === 'JSHeapTotalSize')?.value ?? NaN
  measured(info, 'script memory of the page', heap / 1e6, 'MB', { below: 400 })
  const inMemory = resident()
  if (inMemory !== undefined) measured(info, 'resident memory of the page', inMemory, 'MB', { below: 400 })
  expect(heap).toBeLessThan(400e6)
})

/** Largest resident memory of a browser process that renders pages, in MB; only Linux tells. */
function resident(): number | undefined {
  const self = '/proc/self/task'
  if (!existsSync(self)) return undefined
  const sizes =
    process.platform === 'linux'
      ? renderers().map(
          (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1000,
        )
      : []
  return sizes.length > 0 ? Math.max(...sizes) : undefined
}

function renderers(): readonly string[] {
  const { readdirSync } = process.getBuiltinModule('node:fs')
  return readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/cmdline`) && commandOf(name).includes('--type=renderer'),
  )
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    // It ended meanwhile.
    return ''
  }
}
