import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runtimeFolder } from '../../src/node/userFolders'

const TORCH = 'torch==2.13.0'

const runs = (python: string): boolean => spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0

/** A Python that has PyTorch: $NNOPT_BENCH_PYTHON, else an environment beside the runtimes, made here when it is absent. */
export function findPython(): string {
  const given = process.env['NNOPT_BENCH_PYTHON']
  if (given !== undefined) {
    if (!runs(given)) throw new Error(`NNOPT_BENCH_PYTHON is '${given}': expected a Python with ${TORCH}`)
    return given
  }
  const folder = join(runtimeFolder(), 'bench-python')
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  if (existsSync(python) && runs(python)) return python
  process.stderr.write(`bringing ${TORCH} into '${folder}' …\n`)
  execFileSync('python3', ['-m', 'venv', '--clear', folder], { stdio: ['ignore', 2, 2] })
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', 'numpy', TORCH], { stdio: ['ignore', 2, 2] })
  return python
}
