// The part of an AppImage that mounts the rest and starts it.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Arch } from 'builder-util'

/** electron-builder's static runtime, which needs no FUSE 2. */
const toolset = '1.0.3'

/** Length of a 64-bit little-endian ELF file: its section headers come last. What follows in an AppImage is the image. */
export function elfLength(bytes) {
  if (bytes.readUInt32BE(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1)
    throw new Error('expected the runtime to be a 64-bit little-endian ELF file')
  return Number(bytes.readBigUInt64LE(0x28)) + bytes.readUInt16LE(0x3a) * bytes.readUInt16LE(0x3c)
}

/** Of the file that NNOPT_APPIMAGE_RUNTIME names, which is a runtime or an AppImage; else as electron-builder downloads it. */
export async function runtimeOf(arch) {
  const named = process.env.NNOPT_APPIMAGE_RUNTIME
  if (named) {
    const bytes = readFileSync(named)
    return bytes.subarray(0, elfLength(bytes))
  }
  const { getAppImageTools } = createRequire(import.meta.url)('app-builder-lib/out/toolsets/linux')
  const { runtime } = await getAppImageTools(toolset, Arch[arch])
  return readFileSync(runtime)
}
