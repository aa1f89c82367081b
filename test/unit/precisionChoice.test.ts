import { describe, expect, it } from 'vitest'
import { backends, environmentFor } from '../../src/node/backends'
import { checkPrecision } from '../../src/node/backends/checkBackend'
import { cpuPrecision, gpuPrecision } from '../../src/node/backends/tensorflow/precision'
import { choosePrecision } from '../../src/node/jobs/trainer/choosePrecision'

describe('the environment of a process that trains', () => {
  it.each(backends.list())('holds what $id asks for', ({ id, environment }) => {
    expect(environmentFor(id)).toEqual(environment)
    expect(environmentFor('auto')).toMatchObject(environment)
  })

  it('is empty for a backend that is not there, which the process refuses by name', () => {
    expect(environmentFor('abacus')).toEqual({})
  })
})

describe('the choice of a precision', () => {
  const cpu = { name: 'tensorflow', device: 'CPU', mixedPrecision: cpuPrecision([], true) }
  const plain = { name: 'wasm', device: 'CPU' }

  it.each([
    { wish: 'auto', on: plain, precision: 'fp32' },
    { wish: 'fp32', on: plain, precision: 'fp32' },
    { wish: 'auto', on: cpu, precision: 'fp32' },
    { wish: 'float16', on: cpu, precision: 'float16' },
    { wish: 'auto', on: { ...cpu, mixedPrecision: gpuPrecision(9) }, precision: 'bfloat16' },
  ] as const)('$wish on $on.name is $precision', ({ wish, on, precision }) => {
    expect(choosePrecision(wish, on).precision).toBe(precision)
  })

  it.each([
    [undefined, 'fp32'],
    [6.1, 'fp32'],
    [7, 'float16'],
    [7.5, 'float16'],
    [8, 'bfloat16'],
    [12, 'bfloat16'],
  ] as const)('a GPU of compute capability %s takes %s', (capability, expected) => {
    expect(gpuPrecision(capability).auto).toBe(expected)
  })

  it('stays in fp32 on CPUs, and says where bfloat16 would be faster', () => {
    const v4 = ['avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl', 'fma', 'avx2', 'bmi2']
    expect(cpuPrecision([...v4, 'amx_tile', 'amx_bf16'], true)).toMatchObject({
      auto: 'fp32',
      reason: expect.stringContaining('bfloat16 is faster'),
    })
    for (const [flags, hasOwn] of [
      [[...v4, 'amx_tile', 'amx_bf16'], false],
      [[...v4, 'amx_tile'], true],
      [['amx_tile', 'amx_bf16'], true],
    ] as const)
      expect(cpuPrecision(flags, hasOwn).reason).toContain('not faster')
  })

  it.each(['wasm', 'webgpu'])('is refused on %s, at its field', (backend) => {
    expect(() => choosePrecision('bfloat16', { ...plain, name: backend })).toThrow(
      expect.objectContaining({ code: 'wrongCall', details: { field: 'precision' } }),
    )
    expect(() => checkPrecision({ precision: 'bfloat16', backend })).toThrow(
      expect.objectContaining({
        code: 'wrongCall',
        message: `precision: expected fp32 or auto on backend '${backend}', got bfloat16; tensorflow computes in bfloat16 too`,
        details: { field: 'precision' },
      }),
    )
    expect(() => checkPrecision({ precision: 'auto', backend })).not.toThrow()
  })

  it('gives way to work that needs fp32, and says why', () => {
    expect(choosePrecision('bfloat16', cpu, 'quantization-aware training')).toEqual({
      precision: 'fp32',
      reason: 'quantization-aware training',
    })
  })

  it('is accepted where the backend says that it has the format', () => {
    const able = backends.list().filter(({ halfTypes }) => halfTypes.includes('bfloat16'))
    expect(able).not.toEqual([])
    for (const { id } of able) expect(() => checkPrecision({ precision: 'bfloat16', backend: id })).not.toThrow()
  })
})
