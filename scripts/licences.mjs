// Writes the licences of everything in an installer, out/THIRD-PARTY-NOTICES.txt, from the packages that are installed here.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, shippedPackages } from './shipped.mjs'

const noticeFile = /^(licen[cs]e|copying|notice|third[-_]?party)/i
const libvips = '@img/sharp-libvips-'
const lgplNotice = `The image decoder libvips and the libraries in its package are licensed under the GNU Lesser General Public License 3.0 and compatible licences.
They are a shared library in a file of their own (lib/libvips-cpp.*), which you may replace with a version of yours. Their source and build scripts:
github.com/lovell/sharp-libvips, at the version named above; github.com/libvips/libvips. The licences follow at the end of this file.`

const readText = (...path) => readFileSync(join(root, ...path), 'utf8').trim()

function textsOf({ name, place }) {
  const folder = join(root, place)
  const files = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []
  const notices = files
    .filter((file) => file.isFile() && noticeFile.test(file.name))
    .map((file) => readText(place, file.name))
  return name.startsWith(libvips) && existsSync(join(folder, 'README.md'))
    ? [...notices, lgplNotice, readText(place, 'README.md')]
    : notices
}

/** Packages of other systems are not installed here, and not in this installer. */
const shipped = shippedPackages().filter(({ place }) => existsSync(join(root, place)))
const rule = '='.repeat(80)
const sections = shipped.map((each) => {
  const texts = textsOf(each)
  return [`${each.name} ${each.version} (${each.license})`, ...texts].join('\n\n')
})
/** Of packages that bring no text of their own, and those that a licence asks for as a whole. */
const whole = ['onnxruntime', 'Apache-2.0', 'LGPL-3.0', 'GPL-3.0'].map((name) =>
  readText('packaging', 'licences', `${name}.txt`),
)
const head = `NNOpt Studio contains the packages below, under their own licences.
Electron's and Chromium's licences are in LICENSE.electron.txt and LICENSES.chromium.html beside the program.`
mkdirSync(join(root, 'out'), { recursive: true })
const file = join(root, 'out', 'THIRD-PARTY-NOTICES.txt')
writeFileSync(file, `${[head, ...sections, ...whole].join(`\n\n${rule}\n\n`)}\n`)
const bare = shipped.filter((each) => textsOf(each).length === 0)
console.log(
  `${file}: ${shipped.length} packages, ${bare.length} without a text of their own (${bare.map(({ name }) => name).join(', ')})`,
)
