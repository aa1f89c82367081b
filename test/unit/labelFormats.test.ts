import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { addDataset, openDataset } from '../../src/node/datasets'
import type { AddDatasetOptions, DatasetRecord } from '../../src/node/datasets'
import { writeImageFolder } from '../helpers/images'
import { temporaryFolder } from '../helpers/temporary'

const root = temporaryFolder('labels')
const names = ['blue', 'green', 'red'] as const
let source: string
let next = 0

beforeAll(async () => {
  source = await writeImageFolder(join(root, 'source'), { perClass: { train: 12 } })
})

/** A folder of images whose paths say nothing, and a file of labels beside them. */
function folderWith(file: string, text: (image: (name: string, index: number) => string) => string): string {
  const folder = join(root, `folder-${next++}`)
  mkdirSync(join(folder, 'images, all'), { recursive: true })
  const image = (name: string, index: number): string => {
    const path = `images, all/${names.indexOf(name as 'red')}${index}.png`
    copyFileSync(join(source, 'train', name, `${index}.png`), join(folder, path))
    return path
  }
  writeFileSync(join(folder, file), text(image))
  return folder
}

const add = (path: string, options: Partial<AddDatasetOptions> = {}): Promise<DatasetRecord> =>
  addDataset({ name: 'colours', path, seed: 0, folder: join(root, `added-${next++}`), ...options })

const each = (line: (name: string, index: number) => string, count = 12): string =>
  names.flatMap((name) => Array.from({ length: count }, (_, index) => line(name, index))).join('\n')

const splitOf = (index: number): string => (index < 8 ? 'train' : index < 10 ? 'val' : 'test')

describe('CSV labels', () => {
  it('take class and split from the table, with quoted fields and a byte order mark', async () => {
    const folder = folderWith(
      'labels.csv',
      (image) =>
        `\uFEFFfile,class,split\r\n${each((name, i) => `"${image(name, i)}","a ""${name}"" one",${splitOf(i)}`)}\n`,
    )
    const record = await add(folder)
    expect(record.source.format).toBe('csv-labels')
    expect(record.classes).toEqual(names.map((name) => `a "${name}" one`))
    expect(record.counts).toEqual({ train: 24, val: 6, test: 6 })
    const dataset = await openDataset(record)
    expect(dataset.sampleKey('test', 0)).toBe('images, all/010.png')
    expect([...dataset.labels('val')]).toEqual([0, 0, 1, 1, 2, 2])
  })

  it('make the splits by the seed where the table has none, as folders do', async () => {
    const folder = folderWith(
      'labels.csv',
      (image) => `file,class\n${each((name, i) => `"${image(name, i)}",${name}`)}`,
    )
    const { counts } = await add(folder)
    expect(counts.train + counts.val + counts.test).toBe(36)
    expect(Math.min(counts.train, counts.val, counts.test)).toBeGreaterThan(0)
  })

  it('are read from the file itself, with other columns and another delimiter', async () => {
    const folder = folderWith(
      'train.csv',
      (image) => `id;filename;label\n${each((name, i) => `${i};${image(name, i)};${name}`)}`,
    )
    const formatParams = { fileColumn: 'filename', classColumn: 'label', delimiter: ';' }
    const record = await add(join(folder, 'train.csv'), { format: 'csv-labels', formatParams })
    expect(record.classes).toEqual([...names])
  })

  it('leave out images that are not there, and say which and where', async () => {
    const folder = folderWith(
      'labels.csv',
      (image) => `file,class\nmissing.png,red\n${each((name, i) => `"${image(name, i)}",${name}`)}\nnotes.txt,red`,
    )
    const { problems, facts } = await add(folder)
    expect(facts.skipped).toBe(2)
    expect(problems).toEqual([
      { path: 'missing.png', reason: 'cannot be opened: ENOENT (labels.csv, line 2)' },
      { path: 'notes.txt', reason: 'txt is not supported: expected JPEG, PNG or WebP (labels.csv, line 39)' },
    ])
  })

  it.each([
    ['file,label\na.png,red', /line 1: expected a header with the columns 'file' and 'class', got 'file,label'/],
    ['file,class\na.png,', /line 2: 'a.png' has no class/],
    ['file,class,split\na.png,red,holdout', /line 2: unknown split 'holdout': expected one of train/],
    ['file,class,split\na.png,red,train\nb.png,red,', /line 3: 'b.png' has no split, but 'a.png' does/],
    ['file,class\n./a.png,red\na.png,blue', /line 3: 'a.png' is listed twice/],
    ['file,class\n../a.png,red', /'\.\.\/a\.png' points outside/],
    ['file,class\n"a.png,red', /is not valid CSV: Quote Not Closed/],
  ])('refuse %j', async (text, message) => {
    await expect(add(folderWith('labels.csv', () => text))).rejects.toThrow(message)
  })

  it('refuse settings that the format does not have', async () => {
    const folder = folderWith('labels.csv', (image) => `file,class\n"${image('red', 0)}",red`)
    await expect(add(folder, { format: 'csv-labels', formatParams: { column: 'file' } })).rejects.toMatchObject({
      code: 'wrongCall',
    })
  })
})

describe('JSON labels', () => {
  it('map paths to classes, or to classes with splits', async () => {
    const plain = folderWith(
      'labels.json',
      (image) => `{${each((name, i) => `"${image(name, i)}": "${name}"`).replaceAll('\n', ',')}}`,
    )
    expect(await add(plain)).toMatchObject({ classes: [...names], source: { format: 'json-labels' } })
    const entry = (name: string, i: number): string => JSON.stringify({ class: name, split: splitOf(i) })
    const split = folderWith(
      'all.json',
      (image) => `{${each((name, i) => `"${image(name, i)}": ${entry(name, i)}`).replaceAll('\n', ',')}}`,
    )
    expect((await add(join(split, 'all.json'))).counts).toEqual({ train: 24, val: 6, test: 6 })
  })

  it.each([
    ['{"a.png": 3}', /'a.png': expected image paths with a class/],
    ['{"a.png": "red"', /is not valid JSON/],
  ])('refuse %j', async (text, message) => {
    await expect(add(folderWith('labels.json', () => text))).rejects.toThrow(message)
  })
})
