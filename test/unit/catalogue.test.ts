import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { en } from '../../src/renderer/i18n/en'

const source = join(import.meta.dirname, '..', '..', 'src')
/** The pages, and the process that has native menus and dialogs. */
const sources = ['renderer', 'main'].flatMap((folder) => readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
  .filter((name) => /\.(ts|vue)$/.test(name) && name !== join('renderer', 'i18n', 'en.ts'))
  .map((name) => ({ name, text: readFileSync(join(source, name), 'utf8') }))

const keyShape = /^[a-z][\w-]*(\.[\w-]+)+$/i

/** Keys that are written out, and those that a template string begins: t(`status.${status}`). */
const written = new Set(sources.flatMap(({ text }) => [...text.matchAll(/['"`]([a-z][\w.-]*)['"`]/gi)].map(([, key]) => key)).filter((key) => keyShape.test(key)))
const beginnings = [...new Set(sources.flatMap(({ text }) => [...text.matchAll(/`([a-z][\w-]*\.(?:[\w-]+\.)*)\$\{/gi)].map(([, beginning]) => beginning)))]

describe('the catalogue of texts', () => {
  it('has every key that is asked for', () => {
    const asked = sources.flatMap(({ name, text }) => [...text.matchAll(/\bt\(\s*['"]([^'"]+)['"]/g)].map(([, key]) => ({ name, key })))
    expect(asked.length).toBeGreaterThan(50)
    expect(asked.filter(({ key }) => !(key in en))).toEqual([])
  })

  it('has no text that nothing asks for', () => {
    const unused = Object.keys(en).filter((key) => !written.has(key) && !beginnings.some((beginning) => key.startsWith(beginning)))
    expect(unused).toEqual([])
  })

  it('has a text for every beginning that a key is put together from', () => {
    const known = beginnings.filter((beginning) => Object.keys(en).some((key) => key.startsWith(beginning)))
    expect(known.length).toBeGreaterThan(0)
  })

  it('has no text under the beginning of another key, which a nested catalogue could not hold', () => {
    const keys = Object.keys(en)
    expect(keys.filter((key) => keys.some((other) => other.startsWith(`${key}.`)))).toEqual([])
  })

  it('says something under every key, without exclamation marks', () => {
    expect(Object.entries(en).filter(([, text]) => text.trim() === '' || text.includes('!'))).toEqual([])
  })
})
