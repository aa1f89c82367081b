import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'vue/compiler-sfc'
import { en } from '../../src/renderer/i18n/en'

const source = join(import.meta.dirname, '..', '..', 'src')
/** The pages, and the process that has native menus and dialogs. */
const sources = ['renderer', 'main']
  .flatMap((folder) =>
    readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((name) => /\.(ts|vue)$/.test(name) && name !== join('renderer', 'i18n', 'en.ts'))
  .map((name) => ({ name, text: readFileSync(join(source, name), 'utf8') }))

const keyShape = /^[a-z][\w-]*(\.[\w-]+)+$/i

/** Keys that are written out, and those that a template string begins: t(`status.${status}`). */
const written = new Set(
  sources
    .flatMap(({ text }) => [...text.matchAll(/['"`]([a-z][\w.-]*)['"`]/gi)].map(([, key = '']) => key))
    .filter((key) => keyShape.test(key)),
)
const beginnings = [
  ...new Set(
    sources.flatMap(({ text }) =>
      [...text.matchAll(/`([a-z][\w-]*\.(?:[\w-]+\.)*)\$\{/gi)].map(([, beginning = '']) => beginning),
    ),
  ),
]

interface TemplateNode {
  readonly type: number
  readonly content?: unknown
  readonly name?: string
  readonly value?: { readonly content: string } | undefined
  readonly props?: readonly object[]
  readonly children?: readonly unknown[]
}
const [textNode, attributeNode] = [2, 6]
const readAttributes = new Set(['aria-label', 'alt', 'label', 'placeholder', 'title', 'unit', 'x-title'])

/** Texts and the attributes that are read out or shown, as they stand in a template. */
function writtenIn(node: object | undefined): readonly string[] {
  if (!node) return []
  const { type, content, name, value, props = [], children = [] } = node as TemplateNode
  const own =
    type === textNode && typeof content === 'string'
      ? [content.trim()]
      : type === attributeNode && readAttributes.has(name ?? '')
        ? [value?.content ?? '']
        : []
  return [
    ...own,
    ...[...props, ...children].flatMap((each) => (typeof each === 'object' && each !== null ? writtenIn(each) : [])),
  ].filter((text) => /\p{L}/u.test(text))
}

/** Formulas, units, names of formats and addresses: the same in every language. */
const isSameEverywhere = (text: string): boolean =>
  text
    .split(/[\s,()=·−+/]+/)
    .every(
      (word) =>
        /^(\p{L}\p{M}?|Ctrl|q|clamp|round|scale|zeroPoint|qmin|qmax|px|ms|fp32|int8|uint8|\.onnx|CSV|JSON|https?:.*|host:\S*|#?token\S*|NNOpt|Studio|)$/u.test(
          word,
        ) || !/\p{L}/u.test(word),
    )

describe('the catalogue of texts', () => {
  it('has every key that is asked for', () => {
    const asked = sources.flatMap(({ name, text }) =>
      [...text.matchAll(/\bt\(\s*['"]([^'"]+)['"]/g)].map(([, key = '']) => ({ name, key })),
    )
    expect(asked.length).toBeGreaterThan(50)
    expect(asked.filter(({ key }) => !(key in en))).toEqual([])
  })

  it('has no text that nothing asks for', () => {
    const unused = Object.keys(en).filter(
      (key) => !written.has(key) && !beginnings.some((beginning) => key.startsWith(beginning)),
    )
    expect(unused).toEqual([])
  })

  it('has a text for every beginning that a key is put together from', () => {
    const asked = [
      ...new Set(
        sources.flatMap(({ text }) =>
          [...text.matchAll(/\bt\(\s*`([a-z][\w.-]*)\$\{/gi)].map(([, beginning = '']) => beginning),
        ),
      ),
    ]
    expect(asked.length).toBeGreaterThan(10)
    expect(asked.filter((beginning) => !Object.keys(en).some((key) => key.startsWith(beginning)))).toEqual([])
  })

  it('has every text that a person reads: none is written into a template', () => {
    const found = sources
      .filter(({ name }) => name.endsWith('.vue'))
      .flatMap(({ name, text }) =>
        writtenIn(parse(text).descriptor.template?.ast)
          .filter((each) => !isSameEverywhere(each))
          .map((each) => `${name}: ${each}`),
      )
    expect(found).toEqual([])
  })

  it('has no text under the beginning of another key, which a nested catalogue could not hold', () => {
    const keys = Object.keys(en)
    expect(keys.filter((key) => keys.some((other) => other.startsWith(`${key}.`)))).toEqual([])
  })

  it('says something under every key, without exclamation marks', () => {
    expect(Object.entries(en).filter(([, text]) => text.trim() === '' || text.includes('!'))).toEqual([])
  })
})
