import { expect, test } from '@playwright/test'
import type { WebSocketRoute } from '@playwright/test'
import { startStudio } from './studio'

test('a connection that breaks while a run is watched comes back with all that was missed', async ({ page }) => {
  const studio = await startStudio()
  const open = new Set<WebSocketRoute>()
  let isCut = false
  let wholeSeries = 0
  await page.routeWebSocket(/\/rpc$/, (socket) => {
    if (isCut) return void socket.close()
    open.add(socket)
    const engine = socket.connectToServer()
    socket.onMessage((message) => {
      if (String(message).includes('"runs.series"')) wholeSeries++
      engine.send(message)
    })
  })
  try {
    await page.goto(studio.url)
    await expect(page.getByRole('link', { name: 'tiny', exact: true })).toBeVisible()
    await page.goto(`${studio.origin}/#/new`)
    const yaml = page.getByRole('textbox', { name: 'YAML' })
    await expect(yaml).not.toHaveValue('')
    await yaml.fill(
      'name: watched\nsteps:\n  - { step: train, from: tiny, dataset: colours, epochs: 400, batchSize: 4, backend: wasm }\n',
    )
    await page.getByRole('button', { name: 'Start' }).click()
    const epochs = page
      .locator('section', { has: page.getByRole('heading', { name: 'Epochs' }) })
      .getByRole('rowheader')
    await expect(epochs.nth(2)).toBeVisible({ timeout: 60_000 })

    isCut = true
    for (const socket of open) await socket.close()
    await expect(page.getByText('Cannot reach the engine')).toBeVisible()
    const seen = await epochs.count()
    await page.waitForTimeout(4000)
    expect(await epochs.count()).toBe(seen)

    isCut = false
    await expect(page.getByText('Cannot reach the engine')).toBeHidden({ timeout: 10_000 })
    await expect.poll(() => epochs.count()).toBeGreaterThan(seen + 3)
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await page.getByRole('button', { name: 'Stop now' }).click()
    await expect(page.locator('header').getByText('stopped', { exact: true })).toBeVisible({ timeout: 60_000 })

    const numbers = (await epochs.allTextContents()).map((text) => Number.parseInt(text, 10))
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => numbers.length - index))
    const lines = ((await page.getByRole('log').textContent()) ?? '').match(/epoch \d+:/g) ?? []
    expect(lines.length).toBeGreaterThan(0)
    expect(lines).toEqual([...new Set(lines)])
    // New points are sent; only the first picture is requested.
    expect(wholeSeries).toBe(1)
  } finally {
    await studio.close()
  }
})
