import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readOnnx } from '../../src/core/onnx'
import { modelType } from '../../src/core/onnx/proto'
import type { FunctionProto, NodeProto, TensorProto } from '../../src/core/onnx/proto'
import { readModelFile } from '../../src/node/jobs/work/versions/readModelFile'
import type { ErrorReport } from '../../src/shared/errors'
import { toErrorReport } from '../../src/shared/errors'
import { temporaryFolder } from '../helpers/temporary'

const [float32, int64] = [1, 7]
const ints = (name: string, values: readonly number[], dims = [values.length]): TensorProto =>
  ({ name, dataType: int64, dims, int64Data: [...values] }) as TensorProto
const node = (opType: string, input: readonly string[], output: readonly string[], name = ''): NodeProto =>
  ({ opType, input, output, name }) as NodeProto
const value = (name: string, dims: readonly number[]) => ({
  name,
  type: { tensorType: { elemType: float32, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
})

/** A file with these nodes between an image `x` and scores `y`. */
function file(
  nodes: readonly NodeProto[],
  initializer: readonly TensorProto[] = [],
  functions: readonly FunctionProto[] = [],
): Uint8Array {
  const graph = { name: 'g', node: nodes, initializer, input: [value('x', [1, 3, 8, 8])], output: [value('y', [1, 3])] }
  const message = { irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph, functions }
  return modelType.encode(modelType.fromObject(message)).finish()
}

function refusal(run: () => unknown): ErrorReport {
  try {
    run()
  } catch (error) {
    return toErrorReport(error)
  }
  throw new Error('was read without an error')
}
const read = (bytes: Uint8Array): ErrorReport => refusal(() => readOnnx(bytes, { fileName: 'hostile.onnx' }))

const calls = (name: string, callee: string, count: number): FunctionProto =>
  ({
    name,
    domain: 'evil',
    input: ['a'],
    output: ['b'],
    node: Array.from({ length: count }, (_, index) => ({
      ...node(callee, ['a'], [index === 0 ? 'b' : `t${index}`]),
      domain: 'evil',
    })),
  }) as FunctionProto

const tower = Array.from({ length: 12 }, (_, level) => calls(`f${level}`, `f${level + 1}`, 4))
const call = { ...node('f0', ['x'], ['y']), domain: 'evil' }

const cases = [
  {
    what: 'Range of 10^12 numbers',
    bytes: file(
      [node('Range', ['a', 'b', 'c'], ['y'], 'r')],
      [ints('a', [0], []), ints('b', [1e12], []), ints('c', [1], [])],
    ),
    code: 'unsupported',
    says: /node 'r' \(Range\).*1000000000000 elements is too large/,
  },
  {
    what: 'Range with a step of zero',
    bytes: file(
      [node('Range', ['a', 'b', 'c'], ['y'], 'r')],
      [ints('a', [0], []), ints('b', [9], []), ints('c', [0], [])],
    ),
    code: 'badInput',
    says: /node 'r' \(Range\)/,
  },
  {
    what: 'ConstantOfShape of 2^40 numbers',
    bytes: file([node('ConstantOfShape', ['s'], ['y'], 'c')], [ints('s', [2 ** 20, 2 ** 20])]),
    code: 'unsupported',
    says: /node 'c' \(ConstantOfShape\).*too large/,
  },
  {
    what: 'Expand to 2^40 numbers',
    bytes: file([node('Expand', ['v', 's'], ['y'], 'e')], [ints('v', [1]), ints('s', [2 ** 20, 2 ** 20])]),
    code: 'unsupported',
    says: /node 'e' \(Expand\).*too large/,
  },
  {
    what: 'a negative size',
    bytes: file([node('ConstantOfShape', ['s'], ['y'], 'c')], [ints('s', [-5])]),
    code: 'badInput',
    says: /node 'c' \(ConstantOfShape\)/,
  },
  {
    what: 'a function that calls itself',
    bytes: file([call], [], [calls('f0', 'f0', 1)]),
    code: 'unsupported',
    says: /nested more than 16 deep/,
  },
  {
    what: 'functions that call four others each',
    bytes: file(
      [call],
      [],
      [...tower, { ...calls('f12', 'Relu', 1), node: [node('Relu', ['a'], ['b'])] } as FunctionProto],
    ),
    code: 'unsupported',
    says: /expand to more than 200000 nodes/,
  },
  {
    what: 'identities in a circle',
    bytes: file([node('Identity', ['q'], ['p']), node('Identity', ['p'], ['q']), node('Relu', ['p'], ['y'])]),
    code: 'badInput',
    says: /hostile\.onnx/,
  },
] as const

describe('a hostile model file is refused with a sentence', () => {
  it.each(cases)('$what', ({ bytes, code, says }) => {
    const report = read(bytes)
    expect(report.message).toMatch(says)
    expect(report.code).toBe(code)
  })

  it('one name for 60,000 nodes costs no more than 60,000 names', () => {
    const count = 60_000
    const nodes = Array.from({ length: count }, (_, index) =>
      node('Relu', [index === 0 ? 'x' : `v${index - 1}`], [index === count - 1 ? 'y' : `v${index}`], 'same'),
    )
    // What it is refused for is its shape, after all names were made.
    expect(read(file(nodes)).code).not.toBe('internal')
  })
})

describe('what is no plain file is refused at once', () => {
  const folder = temporaryFolder('hostile')
  mkdirSync(join(folder, 'folder.onnx'), { recursive: true })

  it('a folder', () => {
    expect(refusal(() => readModelFile(join(folder, 'folder.onnx')))).toMatchObject({ code: 'badInput' })
  })

  it.skipIf(process.platform === 'win32')('a pipe that nobody writes to', () => {
    const path = join(folder, 'pipe.onnx')
    execFileSync('mkfifo', [path])
    expect(refusal(() => readModelFile(path)).message).toContain('is not a plain file')
  })

  it.skipIf(process.platform === 'win32')('weights beside the model that are a link to a device', () => {
    symlinkSync('/dev/zero', join(folder, 'weights.bin'))
    const external = {
      name: 'w',
      dataType: float32,
      dims: [1],
      dataLocation: 1,
      externalData: [{ key: 'location', value: 'weights.bin' }],
    } as TensorProto
    const path = join(folder, 'external.onnx')
    writeFileSync(path, file([node('Relu', ['x'], ['y'])], [external]))
    expect(refusal(() => readModelFile(path)).message).toContain('is not a plain file')
  })
})
