import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'

const root = join(import.meta.dirname, '..', '..')

async function configuration(inspectable: boolean) {
  vi.resetModules()
  vi.stubEnv('NNOPT_INSPECTABLE', inspectable ? '1' : '')
  const { default: config } = await import(join(root, 'packaging', 'electron-builder.config.mjs'))
  vi.unstubAllEnvs()
  return config
}

describe('an installed program', () => {
  it('loads only its own archive, unchanged, and runs no other code', async () => {
    const { electronFuses, asar } = await configuration(false)
    expect(asar).toBe(true)
    expect(electronFuses).toMatchObject({
      onlyLoadAppFromAsar: true,
      enableEmbeddedAsarIntegrityValidation: true,
      enableCookieEncryption: true,
    })
    expect(electronFuses).toMatchObject({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      grantFileProtocolExtraPrivileges: false,
    })
  })

  it('can be driven by a test only when it was built for that', async () => {
    expect((await configuration(true)).electronFuses.enableNodeCliInspectArguments).toBe(true)
  })

  it('opens ONNX files and bundles, has an icon and carries the engine with its packages', async () => {
    const { fileAssociations, extraResources } = await configuration(false)
    expect(fileAssociations).toMatchObject([{ ext: 'onnx' }, { ext: 'nnopt' }])
    expect(existsSync(join(root, 'packaging', 'icon.png'))).toBe(true)
    expect(extraResources.map(({ to }: { readonly to: string }) => to)).toEqual(['engine', 'engine/node_modules'])
  })
})
