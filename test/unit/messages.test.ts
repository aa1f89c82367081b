import { expect, it } from 'vitest'
import { t } from '../../src/renderer/i18n'

it.each([
  { count: 0, text: 'Keep 0 in fp32' },
  { count: 1, text: 'Keep 1 in fp32' },
  { count: 3, text: 'Keep 3 in fp32' },
])('a text says $count', ({ count, text }) => expect(t('model.keepFp32', { count })).toBe(text))

it('a text has one form for one and one for more', () => {
  const values = { sum: '1 ms', other: '0 ms', runs: 3 }
  expect(t('model.timed', { ...values, threads: 1 }, 1)).toMatch(/1 thread$/)
  expect(t('model.timed', { ...values, threads: 2 }, 2)).toMatch(/2 threads$/)
})
