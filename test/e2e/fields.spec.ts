import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { Locator, Page } from '@playwright/test'
import { runnerImport } from 'vite'
import { startStudio } from './studio'
import type { Studio } from './studio'

/** Wrong values for every field of every form, made from the schemas that the forms are drawn from: a new field is tested without a word here. */
test.describe.configure({ mode: 'serial' })

interface Property {
  readonly type?: string
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly items?: Property | false
  readonly path?: 'existing' | 'new'
}

interface Step {
  readonly id: string
  readonly label: string
  readonly schema: { readonly properties: Readonly<Record<string, Property>>; readonly required?: readonly string[] }
}

let studio: Studio
let page: Page
let steps: readonly Step[]
/** Of the wizard for datasets. */
let added: Readonly<Record<string, Property>>

test.beforeAll(async ({ browser }) => {
  const { module } = await runnerImport<{ stepSchemas: readonly Step[] }>(
    join(import.meta.dirname, '..', 'helpers', 'stepSchemas.ts'),
  )
  const isForDatasets = ({ id }: Step): boolean => id.startsWith('dataset')
  steps = module.stepSchemas.filter((step) => !isForDatasets(step))
  added = module.stepSchemas.find(({ id }) => id === 'dataset-add')?.schema.properties ?? {}
  studio = await startStudio()
  page = await browser.newPage()
  page.setDefaultTimeout(10_000)
  await page.goto(studio.url)
  await expect(page.getByRole('link', { name: 'tiny', exact: true })).toBeVisible()
})

test.afterAll(async () => {
  await page?.close()
  await studio?.close()
})

/** Without a limit of its own an integer's is that of JavaScript. */
const limited = (limit: number | undefined): limit is number =>
  limit !== undefined && Math.abs(limit) < Number.MAX_SAFE_INTEGER

function wrongNumbers({ type, minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Property): readonly unknown[] {
  return [
    'many',
    ...(type === 'integer' ? [(limited(minimum) ? minimum : 0) + 0.5] : []),
    ...(limited(minimum) ? [minimum - 1] : []),
    ...(limited(maximum) ? [maximum + 1] : []),
    ...(limited(exclusiveMinimum) ? [exclusiveMinimum] : []),
    ...(limited(exclusiveMaximum) ? [exclusiveMaximum] : []),
  ]
}

/** Values that a field must refuse. */
function wrongValues(name: string, property: Property): readonly unknown[] {
  if (property.enum) return ['no-such-choice', 7]
  if (property.type === 'number' || property.type === 'integer') return wrongNumbers(property)
  if (property.type === 'boolean') return ['perhaps']
  if (property.type === 'array' && property.items) {
    return [
      'one',
      ...(property.path ? [['/nowhere/at/all']] : []),
      ...wrongValues(name, property.items)
        .filter((value) => !Array.isArray(value))
        .map((value) => [value]),
    ]
  }
  if (property.type === 'object') return ['one', 3]
  if (property.type !== 'string') return []
  const named = ['from', 'version', 'versions', 'dataset', 'weightsFrom', 'distill'].includes(name)
    ? ['nowhere', '$nowhere']
    : []
  return [
    7,
    ...named,
    ...(property.path ? ['/nowhere/at/all'] : []),
    ...(property.pattern ? ['?'] : []),
    ...(property.minLength ? [''] : []),
    ...(property.maxLength ? ['x'.repeat(property.maxLength + 1)] : []),
  ]
}

const yaml = () => page.getByRole('textbox', { name: 'YAML' })
const field = (name: string): Locator => page.locator(`.step [data-field="${name}"]`)
const start = () => page.getByRole('button', { name: 'Start', exact: true })

async function openNew(): Promise<void> {
  await page.goto('about:blank')
  await page.goto(`${studio.origin}/#/new`)
  await expect(yaml()).not.toHaveValue('')
}

test('every field of every step refuses every kind of wrong value with a reason', async ({}, info) => {
  await openNew()
  let count = 0
  for (const { id, schema } of steps) {
    const cases = Object.entries(schema.properties).map(([name, property]) => ({
      name,
      values: wrongValues(name, property),
    }))
    const rounds = Math.max(...cases.map(({ values }) => values.length))
    expect(rounds, id).toBeGreaterThan(0)
    for (let round = 0; round < rounds; round++) {
      const wrong = Object.fromEntries(
        cases.filter(({ values }) => values.length > round).map(({ name, values }) => [name, values[round]]),
      )
      await yaml().fill(JSON.stringify({ name: 'wrong', steps: [{ step: id, ...wrong }] }))
      for (const [name, value] of Object.entries(wrong)) {
        const what = `${id}.${name} = ${JSON.stringify(value)?.slice(0, 60)}`
        await expect(field(name).locator('small.bad'), what).not.toHaveText('', { timeout: 5000 })
        count++
      }
      await expect(start(), id).toBeDisabled()
    }
  }
  info.annotations.push({ type: 'wrong values', description: String(count) })
  process.stdout.write(`${count} wrong values were refused at their fields\n`)
})

test('a field that is needed says so', async () => {
  for (const { id, schema } of steps) {
    await yaml().fill(JSON.stringify({ name: 'empty', steps: [{ step: id }] }))
    for (const name of schema.required ?? [])
      await expect(field(name).locator('small.bad'), `${id}.${name}`).toHaveText('Required')
    await expect(start()).toBeDisabled()
  }
})

test('every number field refuses what is typed into it', async () => {
  for (const { id, label, schema } of steps) {
    await yaml().fill(JSON.stringify({ name: 'typed', steps: [{ step: id }] }))
    await expect(page.locator('.step h3')).toHaveText(label)
    await page
      .locator('.step details')
      .evaluateAll((all) => all.forEach((each) => ((each as HTMLDetailsElement).open = true)))
    for (const [name, property] of Object.entries(schema.properties)) {
      const input = field(name).locator('input')
      if ((property.type !== 'number' && property.type !== 'integer') || (await input.count()) === 0) continue
      for (const value of wrongNumbers(property)) {
        await input.fill(String(value))
        await expect(input, `${id}.${name} = ${value}`).toHaveAttribute('aria-invalid', 'true')
        await expect(input).toHaveAccessibleDescription(/Enter|Choose|Use at most/)
      }
      await input.fill('')
      await expect(input).toHaveAttribute('aria-invalid', 'false')
    }
  }
})

test('values that do not go together are refused at the field to change', async () => {
  const together: readonly (readonly [step: object, field: string, reason: RegExp])[] = [
    [{ step: 'prune', from: 'tiny', amount: 0.5, nm: '2:4' }, 'nm', /either nm or amount/],
    [{ step: 'prune', from: 'tiny' }, 'amount', /expected amount/],
    [{ step: 'prune', from: 'tiny', method: 'l1-structured' }, 'keep', /expected keep/],
    [{ step: 'prune', from: 'tiny', method: 'l1-structured', amount: 0.5 }, 'amount', /removes channels/],
    [
      { step: 'evaluate', version: 'tiny', dataset: 'colours', tuned: true, exact: true },
      'exact',
      /no tuned configuration/,
    ],
  ]
  for (const [step, name, reason] of together) {
    await yaml().fill(JSON.stringify({ name: 'together', steps: [step] }))
    await expect(field(name).locator('small.bad')).toHaveText(reason)
    await expect(start()).toBeDisabled()
  }
})

test('fields that have no effect with a choice are not offered, and say so where they are written', async () => {
  const more = page.locator('.step details summary').last()
  await yaml().fill(JSON.stringify({ name: 'ptq', steps: [{ step: 'quantize', from: 'tiny', dataset: 'colours' }] }))
  await more.click()
  for (const name of ['epochs', 'learningRate', 'optimizer', 'learnScales', 'backend', 'maxDrop', 'distillWeight'])
    await expect(field(name), name).toHaveCount(0)
  await expect(field('goal')).toBeVisible()
  await field('mode').getByRole('combobox').selectOption('qat')
  for (const name of ['epochs', 'learningRate', 'learnScales', 'backend'])
    await expect(field(name), name).toHaveCount(1)
  await expect(field('goal')).toHaveCount(0)
  await field('epochs').getByRole('textbox').fill('2')
  await field('mode').getByRole('combobox').selectOption('ptq')
  await expect(field('epochs').getByRole('textbox')).toBeDisabled()
  await expect(field('epochs')).toContainText('Has no effect here. Applies only with Mode: qat.')
  await field('epochs').getByRole('button', { name: 'Clear Epochs' }).click()
  await expect(field('epochs')).toHaveCount(0)

  await yaml().fill(JSON.stringify({ name: 'prune', steps: [{ step: 'prune', from: 'tiny', amount: 0.5 }] }))
  await expect(field('amount')).toHaveCount(1)
  for (const name of ['keep', 'roundTo', 'learningRate', 'steps', 'gradientSamples'])
    await expect(field(name), name).toHaveCount(0)
  await expect(start()).toBeEnabled()
})

test('the wizard for datasets refuses at each field', async () => {
  await page.goto(`${studio.origin}/#/add-dataset`)
  await page.getByRole('radio', { name: /Path on the engine/ }).check()
  const path = page.getByRole('textbox', { name: /^Path/ })
  await path.fill('/nowhere/at/all')
  await path.press('Tab')
  await expect(path).toHaveAttribute('aria-invalid', 'true')
  await expect(path).toHaveAccessibleDescription(/nowhere/)
  const name = page.getByRole('textbox', { name: /^Name/ })
  for (const value of ['', 'no spaces', 'x'.repeat((added.name?.maxLength ?? 0) + 1), 'colours']) {
    await name.fill(value)
    await expect(name, value).toHaveAttribute('aria-invalid', 'true')
    await expect(name).toHaveAccessibleDescription(/\w/)
  }
  const seed = page.getByRole('textbox', { name: /^Split seed/ })
  for (const value of wrongNumbers(added.seed!)) {
    await seed.fill(String(value))
    await expect(seed, String(value)).toHaveAttribute('aria-invalid', 'true')
    await expect(seed).toHaveAccessibleDescription(/Enter|Choose|Use at most/)
  }
  await expect(page.getByRole('button', { name: 'Add', exact: true })).toBeDisabled()
})

test('settings refuse at each field', async () => {
  await page.goto(`${studio.origin}/#/settings`)
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
  const numbers = page.locator('main input[inputmode="decimal"]')
  expect(await numbers.count()).toBeGreaterThan(0)
  for (let index = 0; index < (await numbers.count()); index++) {
    for (const value of ['-1', '0', 'many']) {
      await numbers.nth(index).fill(value)
      await numbers.nth(index).blur()
      await expect(numbers.nth(index), value).toHaveAttribute('aria-invalid', 'true')
      await expect(numbers.nth(index)).toHaveAccessibleDescription(/Enter|Choose|Use at most/)
    }
    await numbers.nth(index).fill('')
    await numbers.nth(index).blur()
    await expect(numbers.nth(index)).toHaveAttribute('aria-invalid', 'false')
  }
  const addresses = page.locator('main input[type="url"]')
  for (let index = 0; index < (await addresses.count()); index++) {
    await addresses.nth(index).fill('not an address')
    await expect(addresses.nth(index)).toHaveAttribute('aria-invalid', 'true')
    await expect(addresses.nth(index)).toHaveAccessibleDescription(/Enter an address/)
    await addresses.nth(index).fill('')
  }
})

test('a name that is empty or too long, tags and notes that are too long are refused at their fields', async () => {
  await page.goto(`${studio.origin}/#/`)
  await page.getByRole('link', { name: 'tiny', exact: true }).click()
  const name = page.getByRole('textbox', { name: 'Name', exact: true })
  for (const [value, reason] of [
    [' ', /Required/],
    ['x'.repeat(201), /at most 200 characters/],
  ] as const) {
    await name.fill(value)
    await expect(name).toHaveAccessibleDescription(reason)
    await expect(page.getByRole('button', { name: 'Save', exact: true })).toBeDisabled()
  }
  await name.fill('tiny')
  const tags = page.getByRole('textbox', { name: 'Tags (comma-separated)' })
  for (const value of ['x'.repeat(51), Array.from({ length: 51 }, (_, index) => `t${index}`).join(',')]) {
    await tags.fill(value)
    await expect(tags).toHaveAttribute('aria-invalid', 'true')
    await expect(tags).toHaveAccessibleDescription(/Enter|Choose|Use at most/)
    await expect(page.getByRole('button', { name: 'Save', exact: true })).toBeDisabled()
  }
  await tags.fill('')
  const notes = page.getByRole('textbox', { name: 'Notes' })
  await notes.fill('x'.repeat(20_001))
  await expect(notes).toHaveAttribute('aria-invalid', 'true')
  await expect(notes).toHaveAccessibleDescription(/Enter|Choose|Use at most/)
  await notes.fill('')
})

/** The number field beside every slider. */
async function refusesInSliders(most: number): Promise<void> {
  const fields = page.locator('main .slider input.number:not([disabled])')
  await expect(fields.first()).toBeVisible()
  expect(await fields.count()).toBeGreaterThan(0)
  for (let index = 0; index < Math.min(most, await fields.count()); index++) {
    const input = fields.nth(index)
    const before = await input.inputValue()
    for (const value of ['many', '', '-99999', '99999999']) {
      await input.fill(value)
      await expect(input, value).toHaveAttribute('aria-invalid', 'true')
      await expect(input).toHaveAccessibleDescription(/\w/)
    }
    await input.fill(before)
  }
}

test('sliders of the planner, the lab and the augmentation refuse what is typed', async () => {
  await page.goto(`${studio.origin}/#/prune`)
  await expect(page.getByRole('region', { name: 'Groups of tiny' })).toBeVisible()
  await refusesInSliders(6)
  await page.goto(`${studio.origin}/#/lab`)
  await expect(page.getByRole('img', { name: /Quantized value against input value/ })).toBeVisible()
  await refusesInSliders(6)
  await page.goto(`${studio.origin}/#/datasets/colours`)
  await page.getByRole('button', { name: 'Augmentation', exact: true }).click()
  await refusesInSliders(12)
})
