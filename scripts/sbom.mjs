// Writes the software bill of materials of an installer, out/sbom.cdx.json (CycloneDX 1.5): npm makes the list, and what is not shipped is left out.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, shippedPackages } from './shipped.mjs'

const all = JSON.parse(
  execFileSync('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 2 ** 28,
    shell: process.platform === 'win32',
  }),
)
const shipped = new Set(shippedPackages().map(({ name, version }) => `${name}@${version}`))
const own = all.metadata.component['bom-ref']
const isShipped = (reference) => reference === own || shipped.has(reference)
const bom = {
  ...all,
  metadata: { ...all.metadata, component: { ...all.metadata.component, name: 'nnopt-studio', type: 'application' } },
  components: all.components.filter((component) => isShipped(component['bom-ref'])),
  dependencies: all.dependencies
    .filter(({ ref }) => isShipped(ref))
    .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(isShipped) })),
}
mkdirSync(join(root, 'out'), { recursive: true })
const file = join(root, 'out', 'sbom.cdx.json')
writeFileSync(file, `${JSON.stringify(bom, null, 2)}\n`)
console.log(`${file}: ${bom.components.length} packages`)
