// What an installer says of the packages in it: their licenses as a text, and a bill of materials (CycloneDX 1.6).
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { componentsOf } from './components.mjs'
import { manifest, productName } from './folders.mjs'
import { extraNotices, wholeLicences } from './wholeLicences.mjs'

const isLicense = (name) => /^(licen[cs]e|copying|notice)/i.test(name)
const rule = '='.repeat(80)

/** @param {import('./components.mjs').Component} component */
function licenseOf({ name, version, license, folder }) {
  const texts = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && isLicense(entry.name))
    .map((entry) => readFileSync(join(folder, entry.name), 'utf8').trim())
  return [rule, `${name} ${version}: ${license}`, rule, ...texts, ...extraNotices(name, folder)].join('\n')
}

/** @param {readonly import('./components.mjs').Component[]} components */
const licenseText = (components) =>
  [
    `${productName} ${manifest.version} includes these packages.`,
    ...components.map(licenseOf),
    ...wholeLicences(),
  ].join('\n\n') + '\n'

const purlOf = ({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`
const licensesOf = (license) => (/^[\w.+-]+$/.test(license) ? { license: { id: license } } : { expression: license })
const toComponent = (component) => ({
  type: 'library',
  'bom-ref': purlOf(component),
  name: component.name,
  version: component.version,
  purl: purlOf(component),
  ...(component.license === 'unknown' ? {} : { licenses: [licensesOf(component.license)] }),
})

/** @param {readonly import('./components.mjs').Component[]} components */
function billOfMaterials(components, electronVersion) {
  const { name, version, license } = manifest
  const electron = { name: 'electron', version: electronVersion, license: 'MIT' }
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', name, version, licenses: [licensesOf(license)] } },
    components: [...components, electron].map(toComponent),
  }
}

/** Writes both into the folder that becomes the program's resources. */
export function writeNotices(folder, electronVersion) {
  const components = componentsOf(join(folder, 'engine'))
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), licenseText(components))
  const bill = billOfMaterials(components, electronVersion)
  writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify(bill, null, 2)}\n`)
}
