import { array, assert, integer, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { table } from '../../src/cli/output/table'
import { createProgressDisplay } from '../../src/cli/output/progressBar'
import { NNOptError, toErrorReport } from '../../src/shared/errors'
import { newVersionName } from '../../src/shared/fields'
import { isPrintable, printable, printableLine } from '../../src/shared/printable'

const [clear, title, reversed] = ['\u001b[2J', '\u001b]0;title\u0007', 'a\u202egpj.exe']

describe('what somebody else wrote cannot upset a terminal', () => {
  it('control characters, titles and reversed directions are shown as escapes', () => {
    expect(printable(`a${clear}b`)).toBe('a\\u001b[2Jb')
    expect(printable(title)).toBe('\\u001b]0;title\\u0007')
    expect(printable(reversed)).toBe('a\\u202egpj.exe')
    expect(printable('one\ntwo')).toBe('one\ntwo')
    expect(printableLine('one\ntwo')).toBe('one\\u000atwo')
  })

  it('leaves names in any script as they are', () => {
    for (const name of ['Grüße', '猫', 'кошка', 'قطة', '🐈‍⬛', "l'été"]) expect(printable(name)).toBe(name)
  })

  it('in any text', () => {
    const characters = array(integer({ min: 0, max: 0x10ffff }), { maxLength: 20 })
    assert(
      property(characters, (codes) => isPrintable(printableLine(String.fromCodePoint(...codes)))),
      { seed: 1 },
    )
  })

  it('in errors, which are one sentence of a reasonable length', () => {
    expect(new NNOptError('badInput', `class '${clear}':\n  wrong`).message).toBe("class '\\u001b[2J': wrong")
    expect(toErrorReport(new Error(title)).message).toBe('\\u001b]0;title\\u0007')
    expect(new NNOptError('badInput', 'x'.repeat(100_000)).message).toHaveLength(4000)
  })

  it('in tables and progress', () => {
    expect(table(['name'], [[`a\n${clear}`]])).toContain('a\\u000a\\u001b[2J')
    const written: string[] = []
    const display = createProgressDisplay({ write: (text) => written.push(text) })
    display.show({ label: `reading ${title}`, done: 0 })
    display.note(clear)
    expect(written.join('')).not.toContain('\u001b')
  })

  it('new versions take no such name', () => {
    expect(newVersionName().safeParse(`model${clear}`).success).toBe(false)
    expect(newVersionName().safeParse('model 猫').success).toBe(true)
  })
})
