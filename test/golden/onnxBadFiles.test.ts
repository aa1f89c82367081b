import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readOnnx } from '../../src/core/onnx'
import { toErrorReport } from '../../src/shared/errors'
import type { ErrorReport } from '../../src/shared/errors'
import expected from './onnx/bad.json'

const folder = join(import.meta.dirname, 'onnx', 'bad')

function failureOf(file: string, bytes: Uint8Array, externalData?: (location: string) => Uint8Array): ErrorReport {
  try {
    readOnnx(bytes, { fileName: file, ...(externalData && { externalData }) })
  } catch (error) {
    return toErrorReport(error)
  }
  throw new Error(`${file}: was read without an error`)
}

const beside = (location: string): Uint8Array => readFileSync(join(folder, location))

describe('files that cannot be imported', () => {
  it.each(expected)('$file', ({ file, code, message }) => {
    const report = failureOf(file, readFileSync(join(folder, file)), beside)
    // The list of supported operators grows; what leads to it does not change.
    const start = message.replace('FILE', `'${file}'`)
    expect(report.code).toBe(code)
    expect(start.endsWith('supported operators: ') ? report.message.slice(0, start.length) : report.message).toBe(start)
  })

  it('lists every file', () => {
    expect(
      readdirSync(folder)
        .filter((name) => name.endsWith('.onnx'))
        .sort(),
    ).toEqual(expected.map(({ file }) => file).sort())
  })

  it('says that external data cannot be read from here', () => {
    const report = failureOf('external-short.onnx', beside('external-short.onnx'))
    expect(report).toMatchObject({
      code: 'badInput',
      message:
        "'external-short.onnx': tensor 'w': its data is in another file ('short.bin'), which cannot be read here",
    })
  })

  it('never fails with anything but a report, wherever the file ends', () => {
    const whole = readFileSync(join(folder, '..', 'squeeze-excitation.onnx'))
    for (let length = 1; length < whole.length; length += 7) {
      expect(failureOf('cut.onnx', whole.subarray(0, length)).code, `cut at ${length}`).not.toBe('internal')
    }
  })

  it('reports damaged bytes or reads them, and never breaks', () => {
    const whole = readFileSync(join(folder, '..', 'squeeze-excitation.onnx'))
    for (let position = 0; position < whole.length; position += 3) {
      const damaged = Uint8Array.from(whole, (byte, index) => (index === position ? byte ^ 0xff : byte))
      expect(codeOf(damaged), `byte ${position}`).not.toBe('internal')
    }
  })
})

function codeOf(bytes: Uint8Array): string {
  try {
    readOnnx(bytes, { fileName: 'damaged.onnx' })
    return 'read'
  } catch (error) {
    return toErrorReport(error).code
  }
}
