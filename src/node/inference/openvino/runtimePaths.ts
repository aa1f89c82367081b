import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { runtimeFiles } from '../../runtimeFiles'
import { runtimeFolder } from '../../userFolders'

export const OPENVINO_VERSION = '2026.4.1'
/** Increment when the installer's output changes: older folders are then reinstalled. */
const MANIFEST_FORMAT = 1

const manifestSchema = z.object({
  layout: z.literal(MANIFEST_FORMAT),
  openvino: z.string(),
  platform: z.string(),
  arch: z.string(),
  files: runtimeFiles.optional(),
})

export type OpenvinoManifest = z.infer<typeof manifestSchema>

/** Paths in an installed runtime. The libraries keep the layout of the wheel, by which they find each other. */
export function openvinoPaths(folder: string = runtimeFolder()) {
  const root = join(folder, 'openvino')
  return {
    root,
    manifest: join(root, 'manifest.json'),
    addon: join(root, 'nnopt_openvino.node'),
    site: join(root, 'site'),
    libraries: join(root, 'site', 'openvino', 'libs'),
    headers: join(root, 'site', 'openvino', 'include'),
  } as const
}

export type OpenvinoPaths = ReturnType<typeof openvinoPaths>

export const openvinoManifest = (): OpenvinoManifest => ({
  layout: MANIFEST_FORMAT,
  openvino: OPENVINO_VERSION,
  platform: process.platform,
  arch: process.arch,
})

/** The manifest of an installed runtime; undefined if there is none that this program can use on this machine. */
export function readOpenvinoManifest(folder?: string): OpenvinoManifest | undefined {
  const file = openvinoPaths(folder).manifest
  if (!existsSync(file)) return undefined
  const { data } = manifestSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  return data?.platform === process.platform && data.arch === process.arch ? data : undefined
}
