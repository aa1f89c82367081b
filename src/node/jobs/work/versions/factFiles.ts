import { readFileSync } from 'node:fs'
import { preprocessingPresets, preprocessingSchema } from '../../../../core/data/preprocessing'
import type { Preprocessing } from '../../../../core/data/preprocessing'
import { NNOptError } from '../../../../shared/errors'
import { parseAs } from '../../../../shared/parse'

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new NNOptError('badInput', `${what} '${path}' cannot be read: check the path`, undefined, { cause })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isPreset = (name: string): name is keyof typeof preprocessingPresets => Object.hasOwn(preprocessingPresets, name)

/** A preset's name, or a JSON file with the fields of a preprocessing. */
export function readPreprocessing(presetOrFile: string): Preprocessing {
  if (isPreset(presetOrFile)) return preprocessingPresets[presetOrFile]
  const presets = Object.keys(preprocessingPresets).join(', ')
  const text = readText(presetOrFile, `preprocessing (expected ${presets} or a JSON file)`)
  return parseAs(preprocessingSchema, parseJson(text), `preprocessing '${presetOrFile}'`, {
    code: 'badInput',
    hint: `expected JSON with resize, crop, mean and std, or one of ${presets}`,
  })
}

/** Class names: a JSON list, or one a line. */
export function readClasses(path: string): readonly string[] {
  const text = readText(path, 'class file')
  const parsed = parseJson(text)
  const names: readonly unknown[] = Array.isArray(parsed)
    ? parsed
    : text
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter(Boolean)
  const isList = (list: readonly unknown[]): list is readonly string[] =>
    list.length > 0 && list.every((name) => typeof name === 'string' && name !== '')
  if (!isList(names))
    throw new NNOptError(
      'badInput',
      `class file '${path}': expected class names, one per line or as a JSON list of strings`,
    )
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new NNOptError('badInput', `class file '${path}': class '${twice}' is listed twice`)
  return names
}
