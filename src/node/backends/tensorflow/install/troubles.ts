import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { NNOptError } from '../../../../shared/errors'

/** Offsets and values of the ELF header (System V ABI). */
const MACHINE_OFFSET = 18
const MAGIC = 0x7f454c46
const MACHINES: Readonly<Record<number, string>> = { 62: 'x64', 183: 'arm64' }

/** Throws `badInput` unless a library was built for this machine. */
export async function assertForThisMachine(library: string, wheel: string): Promise<void> {
  const file = await open(library)
  const header = Buffer.alloc(MACHINE_OFFSET + 2)
  await file.read(header, 0, header.length, 0).finally(() => file.close())
  const found =
    header.readUInt32BE(0) === MAGIC
      ? (MACHINES[header.readUInt16LE(MACHINE_OFFSET)] ?? `ELF machine ${header.readUInt16LE(MACHINE_OFFSET)}`)
      : 'another system'
  if (found === process.arch) return
  throw new NNOptError(
    'badInput',
    `'${basename(wheel)}': expected a wheel for ${process.platform} ${process.arch}, got one for ${found}; omit --wheel to download the right one`,
  )
}

const FULL = ['ENOSPC', 'EDQUOT']

/** Turns a full disk into a readable error; leaves other errors unchanged. */
export function explainFullDisk(error: unknown, folder: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (!FULL.includes(code)) return error
  return new NNOptError(
    'storage',
    `the disk of '${folder}' is full (${code}): TensorFlow needs about 2 GB there, or 8 GB with CUDA; free some space or set NNOPT_RUNTIME to another folder, then start again to resume the download`,
    {},
    { cause: error },
  )
}

/** Throws `unavailable` if CUDA was installed but the check ran on the CPU. */
export function assertGpu(wanted: boolean, computed: boolean): void {
  if (!wanted || computed) return
  throw new NNOptError(
    'unavailable',
    "TensorFlow found no GPU: expected an NVIDIA GPU with a driver for CUDA 12 (525.60 or newer; check with 'nvidia-smi'); update the driver, or install without --gpu",
  )
}
