// Before npm lets packages set themselves up: onnxruntime's would download CUDA libraries that nothing here loads, or fail where its server is out of
// reach. It does neither where it finds files of their names.
import { existsSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const names = ['cuda', 'shared', 'tensorrt'].map((provider) => `libonnxruntime_providers_${provider}.so`)

function folder() {
  try {
    const manifest = createRequire(import.meta.url).resolve('onnxruntime-node/package.json')
    return join(dirname(manifest), 'bin', 'napi-v6', 'linux', 'x64')
  } catch {
    // In a checkout, nothing is installed yet, and .npmrc says the same.
    return undefined
  }
}

const target = folder()
if (target && existsSync(target))
  for (const name of names) if (!existsSync(join(target, name))) writeFileSync(join(target, name), '')
