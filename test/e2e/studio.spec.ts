import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { Page } from '@playwright/test'
import { zipSync } from 'fflate'
import { startStudio } from './studio'
import type { Studio } from './studio'

test.describe.configure({ mode: 'serial' })

let studio: Studio
let page: Page
const problems: string[] = []

test.beforeAll(async ({ browser }) => {
  studio = await startStudio()
  page = await browser.newPage()
  page.on('pageerror', (error) => problems.push(error.message))
})

test.afterAll(async () => {
  await page?.close()
  await studio?.close()
})

async function open(screen: 'versions' | 'runs' | 'datasets'): Promise<void> {
  await page.goto(`${studio.origin}/#/${screen === 'versions' ? '' : screen}`)
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
}

async function startStep(button: string, change: () => Promise<void> = async () => undefined): Promise<void> {
  await page.getByRole('button', { name: button, exact: true }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await change()
  await page.getByRole('button', { name: 'Start' }).click()
  await expect(page.getByText('done', { exact: true })).toBeVisible({ timeout: 120_000 })
}

test('the address with the token opens the workspace', async () => {
  await page.goto(studio.url)
  await expect(page.getByRole('link', { name: 'tiny', exact: true })).toBeVisible()
  await expect(page.getByText('Evaluate a version to see its accuracy here.')).toBeVisible()
  expect(page.url()).not.toContain('token')
})

test('without the token there is only an empty shell', async ({ browser }) => {
  const stranger = await (await browser.newContext()).newPage()
  await stranger.goto(studio.origin)
  await expect(stranger.getByText('This page has no valid token')).toBeVisible()
  const refused = await stranger.evaluate(() => fetch('/rpc').then(({ status }) => status))
  expect(refused).toBe(401)
  await stranger.context().close()
})

test('a version is evaluated, quantized and measured from its page', async () => {
  await page.getByRole('link', { name: 'tiny', exact: true }).click()
  await startStep('Evaluate')
  await open('versions')
  await page.getByRole('link', { name: 'tiny', exact: true }).click()
  await expect(page.getByText(/48 test images of colours/)).toBeVisible()
  await startStep('Quantize')
  await page.getByRole('link', { name: 'Open result' }).click()
  await expect(page.getByText('int8', { exact: true }).first()).toBeVisible()
  await startStep('Evaluate')
})

test('a form refuses a wrong value at its field', async () => {
  await open('versions')
  await page.getByRole('link', { name: 'tiny', exact: true }).click()
  await page.getByRole('button', { name: 'Evaluate' }).click()
  const field = page.getByRole('textbox', { name: /Batch size/ })
  await field.fill('0')
  await expect(page.getByText('Enter 1 or more.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Start' })).toBeDisabled()
  await field.fill('many')
  await expect(page.getByText('Enter a number.')).toBeVisible()
  await page.getByRole('button', { name: 'Cancel' }).click()
})

test('two versions are compared', async () => {
  await open('versions')
  const boxes = page.getByRole('checkbox', { name: /^Select (?!all)/ })
  await boxes.nth(0).check()
  await boxes.nth(1).check()
  await page.getByRole('button', { name: 'Compare 2' }).click()
  await expect(page.getByRole('rowheader', { name: 'Accuracy', exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Classes' }).click()
  await expect(page.getByRole('rowheader', { name: 'red' })).toBeVisible()
})

test('the training run shows its curves as charts and as numbers', async () => {
  await open('runs')
  await page.getByRole('link', { name: /train tiny-cnn/ }).click()
  await expect(page.getByRole('img', { name: 'Accuracy' })).toBeVisible()
  await page.getByText('Chart data').first().click()
  await expect(page.getByRole('columnheader', { name: 'validation' }).first()).toBeVisible()
})

test('tags and notes are kept', async () => {
  await open('versions')
  await page.getByRole('link', { name: 'tiny', exact: true }).click()
  await page.getByLabel('Tags (comma-separated)').fill('first, kept')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('Saved')).toBeVisible()
  await open('versions')
  await expect(page.getByText('kept', { exact: true })).toBeVisible()
  await page.getByRole('searchbox').fill('nothing like this')
  await expect(page.getByText('No versions match the filter.')).toBeVisible()
  await page.getByRole('searchbox').fill('')
})

test('a second window sees what the command line does', async () => {
  await open('versions')
  await studio.nnopt('quantize', 'tiny', '--dataset', 'colours', '--mode', 'ptq', '--name', 'from-terminal')
  await expect(page.getByRole('link', { name: 'from-terminal' })).toBeVisible()
})

test('a model file is imported, downloaded again and put into the trash', async ({}, info) => {
  await open('versions')
  await page.getByRole('link', { name: 'tiny', exact: true }).click()
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download ONNX' }).click(),
  ])
  const file = info.outputPath('sent-back.onnx')
  await saved.saveAs(file)
  await open('versions')
  await page.getByLabel('Import ONNX').setInputFiles(file)
  await expect(page.getByText('done', { exact: true })).toBeVisible()
  await page.getByRole('link', { name: 'Open result' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'sent-back' })).toBeVisible()
  await page.getByRole('button', { name: 'Move to trash' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Versions' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'sent-back' })).toHaveCount(0)
})

test('a file that is no model is refused with a reason', async ({}, info) => {
  const file = info.outputPath('not-a-model.onnx')
  writeFileSync(file, 'not a model')
  await open('versions')
  await page.getByLabel('Import ONNX').setInputFiles(file)
  await expect(page.getByText('failed', { exact: true })).toBeVisible()
  await expect(page.getByRole('alert')).toContainText('not-a-model.onnx')
})

test('a zip becomes a dataset', async ({}, info) => {
  const file = info.outputPath('more-colours.zip')
  const images = Object.fromEntries(
    ['red', 'green', 'blue'].flatMap((name) =>
      Array.from({ length: 8 }, (_, index) => [
        `train/${name}/${index}.png`,
        readFileSync(join(studio.images, 'train', name, `${index}.png`)),
      ]),
    ),
  )
  writeFileSync(file, zipSync(images))
  await open('datasets')
  await page.getByRole('link', { name: 'Add dataset' }).click()
  await page.getByLabel('Choose file').setInputFiles(file)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(page.getByText('done', { exact: true })).toBeVisible()
  await open('datasets')
  await expect(page.getByRole('link', { name: 'more-colours' })).toBeVisible()
})

test('the report is one file that asks nothing of the network', async ({ browser }, info) => {
  await open('versions')
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save report' }).click(),
  ])
  const file = info.outputPath('report.html')
  await saved.saveAs(file)
  const reader = await browser.newPage()
  const asked: string[] = []
  reader.on('request', (request) => asked.push(new URL(request.url()).protocol))
  await reader.goto(`file://${file}`)
  await expect(reader.getByRole('rowheader', { name: 'tiny', exact: true }).first()).toBeVisible()
  expect(asked).toEqual(['file:'])
  await reader.close()
})

test('a long training is paused, resumed and stopped', async () => {
  await open('versions')
  await page.getByRole('link', { name: 'tiny', exact: true }).click()
  await page.getByRole('button', { name: 'Fine-tune' }).click()
  await page.getByRole('textbox', { name: /^Epochs/ }).fill('500')
  await page.getByRole('textbox', { name: /^Batch size/ }).fill('4')
  await page.getByRole('button', { name: 'Start' }).click()
  await expect(page.getByRole('img', { name: 'Loss' })).toBeVisible({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(page.locator('header').getByText('paused', { exact: true })).toBeVisible({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Resume' }).click()
  await expect(page.locator('header').getByText('running', { exact: true })).toBeVisible({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await page.getByRole('button', { name: 'Stop now' }).click()
  await expect(page.locator('header').getByText('stopped', { exact: true })).toBeVisible({ timeout: 60_000 })
})

test('the page says when the engine is gone, and comes back with it', async () => {
  await open('versions')
  const back = studio.restart()
  await expect(page.getByText(/Cannot reach the engine|no valid token/)).toBeVisible()
  await back
})

test('no page error happened', () => {
  expect(problems).toEqual([])
})
