import { posix, win32 } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isWithin } from '../../src/node/access/isWithin'

/** As the reader of models resolves what a file says of its external data. */
const reaches = (system: typeof win32, folder: string, location: string): boolean =>
  isWithin(folder, system.resolve(folder, location), system)

describe('external data lies beside its model', () => {
  it.each([
    ['weights.bin', true],
    ['parts\\weights.bin', true],
    ['parts/weights.bin', true],
    ['..weights.bin', true],
    ['..\\weights.bin', false],
    ['parts/../../weights.bin', false],
    ['C:\\models\\weights.bin', true],
    ['C:\\Windows\\win.ini', false],
    ['D:\\weights.bin', false],
    ['D:weights.bin', false],
    ['\\Windows\\win.ini', false],
    ['\\\\server\\share\\weights.bin', false],
    ['\\\\?\\D:\\weights.bin', false],
  ])('on Windows: %s is within: %s', (location, expected) => {
    expect(reaches(win32, 'C:\\models', location)).toBe(expected)
  })

  it.each([
    ['weights.bin', true],
    ['..weights.bin', true],
    ['../weights.bin', false],
    ['/etc/passwd', false],
    ['a/../../b', false],
  ])('elsewhere: %s is within: %s', (location, expected) => {
    expect(reaches(posix, '/models', location)).toBe(expected)
  })
})
