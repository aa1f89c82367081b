import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cpuLevel } from '../../src/node/backends/tensorflow/cpuLevel'
import { cudaRequirements } from '../../src/node/backends/tensorflow/install/cuda'
import { bringPrebuilt } from '../../src/node/backends/tensorflow/install/prebuilt'
import { run } from '../../src/node/backends/tensorflow/install/run'
import { assertForThisMachine, assertGpu, explainFullDisk } from '../../src/node/backends/tensorflow/install/troubles'
import { missingReason } from '../../src/node/backends/tensorflow/load'
import { manifestOf, readManifest, runtimePaths } from '../../src/node/backends/tensorflow/runtimePaths'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nnopt-install-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

describe('troubles of an installation', () => {
  const elf = (machine: number): Buffer => {
    const header = Buffer.alloc(64)
    header.write('\u007fELF', 'latin1')
    header.writeUInt16LE(machine, 18)
    return header
  }
  const machines: Readonly<Record<string, number>> = { x64: 62, arm64: 183 }
  const other = process.arch === 'arm64' ? 'x64' : 'arm64'

  it('takes a library of this machine', async () => {
    await writeFile(join(folder, 'a.so'), elf(machines[process.arch]!))
    await expect(assertForThisMachine(join(folder, 'a.so'), '/x/a.whl')).resolves.toBeUndefined()
  })

  it.each([
    { what: 'another processor', bytes: elf(machines[other]!), got: other },
    { what: 'another system', bytes: Buffer.from('MZ, and so on, for a while'), got: 'another system' },
    { what: 'an empty file', bytes: Buffer.alloc(0), got: 'another system' },
  ])('refuses a library of $what', async ({ bytes, got }) => {
    await writeFile(join(folder, 'a.so'), bytes)
    await expect(assertForThisMachine(join(folder, 'a.so'), '/x/a.whl')).rejects.toMatchObject({
      code: 'badInput',
      message: expect.stringMatching(new RegExp(`^'a.whl': expected a wheel for .*, got one for ${got};`)),
    })
  })

  it('puts a full disk in words, and nothing else', () => {
    const full = Object.assign(new Error('write'), { code: 'ENOSPC' })
    expect(explainFullDisk(full, '/r')).toMatchObject({
      code: 'storage',
      message: expect.stringContaining("the disk of '/r' is full (ENOSPC)"),
    })
    const other = Object.assign(new Error('write'), { code: 'EACCES' })
    expect(explainFullDisk(other, '/r')).toBe(other)
  })

  it('says what is missing when CUDA was asked for and the CPU computed', () => {
    expect(() => assertGpu(true, false)).toThrow(/found no GPU.*driver/)
    expect(() => assertGpu(false, false)).not.toThrow()
    expect(() => assertGpu(true, true)).not.toThrow()
  })

  it('names the program that could not be started, and shows the end of what a failed one said', async () => {
    await expect(run('no-such-compiler', [])).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining("'no-such-compiler' could not be started"),
    })
    await expect(run(process.execPath, ['-e', 'console.error("no headers"); process.exit(3)'])).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/failed \(3\): no headers/),
    })
  })
})

it('cudaRequirements reads both spellings of a requirement', () => {
  const metadata =
    'Requires-Dist: numpy>=1.26\nRequires-Dist: nvidia-cublas-cu12 ==12.5.3.2 ; extra == \'and-cuda\'\nRequires-Dist: nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == "and-cuda"\n'
  expect(cudaRequirements(metadata)).toEqual([
    { name: 'nvidia-cublas-cu12', version: '12.5.3.2' },
    { name: 'nvidia-cudnn-cu12', version: '9.3.0.75' },
  ])
})

it('cpuLevel takes the best level whose instructions are all there', () => {
  const v3 = ['avx2', 'fma', 'bmi1', 'bmi2', 'f16c', 'movbe']
  expect(cpuLevel([])).toBe('base')
  expect(cpuLevel(v3)).toBe('x86-64-v3')
  expect(cpuLevel([...v3, 'avx512f'])).toBe('x86-64-v3')
  const v4 = [...v3, 'avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl']
  expect(cpuLevel(v4)).toBe('x86-64-v4')
  expect([cpuLevel(v4, 'x86-64-v3'), cpuLevel(v4, 'base'), cpuLevel([], 'x86-64-v3')]).toEqual([
    'x86-64-v3',
    'base',
    'base',
  ])
  expect(() => cpuLevel(v4, 'avx9')).toThrow("NNOPT_CPU_LEVEL: expected one of x86-64-v4, x86-64-v3, base, got 'avx9'")
})

describe('a runtime of another version of the program', () => {
  it('is not used, and it is said why', async () => {
    const older = join(folder, 'older')
    const place = runtimePaths(older)
    await mkdir(place.root, { recursive: true })
    await writeFile(place.manifest, JSON.stringify({ ...manifestOf(false), operations: 1 }))
    expect(readManifest(older)).toBeUndefined()
    expect(missingReason(older)).toContain("reinstall it with 'nnopt runtime tensorflow'")
    expect(missingReason(join(folder, 'nothing'))).toContain('is not installed')
    await writeFile(place.manifest, JSON.stringify(manifestOf(false)))
    expect(readManifest(older)).toEqual(manifestOf(false))
  })
})

describe('the addon that an installed program carries', () => {
  async function carry(manifest: string): Promise<string> {
    const carried = join(folder, 'carried')
    await mkdir(join(carried, 'tfjs-node', 'dist'), { recursive: true })
    await writeFile(join(carried, 'manifest.json'), manifest)
    for (const file of ['tfjs_binding.node', 'nnopt_operations_base.node', 'tfjs-node/dist/a.js', 'notes.txt'])
      await writeFile(join(carried, file), file)
    return carried
  }

  it('takes the place of a compilation', async () => {
    const place = runtimePaths(join(folder, 'runtime'))
    expect(await bringPrebuilt(place, await carry(JSON.stringify(manifestOf(false))))).toBe(true)
    expect((await readdir(place.root)).sort()).toEqual(['nnopt_operations_base.node', 'tfjs-node', 'tfjs_binding.node'])
    expect(await readFile(join(place.tfjsNode, 'dist', 'a.js'), 'utf8')).toBe('tfjs-node/dist/a.js')
  })

  it.each([
    ['for another version of the library', { tensorflow: '2.1.0' }],
    ['with operations of another version', { operations: 1 }],
    ['for another system', { platform: 'plan9' }],
    ['for another processor', { arch: 'mips' }],
  ])('is left where it lies when it is %s', async (_name, other) => {
    expect(
      await bringPrebuilt(
        runtimePaths(join(folder, 'runtime')),
        await carry(JSON.stringify({ ...manifestOf(false), ...other })),
      ),
    ).toBe(false)
  })

  it('need not be there', async () => {
    expect(await bringPrebuilt(runtimePaths(join(folder, 'runtime')), join(folder, 'nothing'))).toBe(false)
  })
})
