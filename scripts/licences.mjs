// Writes the licences of everything in an installer, out/THIRD-PARTY-NOTICES.txt, from the packages that are installed here.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { extraNotices, wholeLicences } from './package/wholeLicences.mjs'
import { root, shippedPackages } from './shipped.mjs'

const noticeFile = /^(licen[cs]e|copying|notice|third[-_]?party)/i

const readText = (...path) => readFileSync(join(root, ...path), 'utf8').trim()

function textsOf({ name, place }) {
  const folder = join(root, place)
  const files = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []
  const notices = files
    .filter((file) => file.isFile() && noticeFile.test(file.name))
    .map((file) => readText(place, file.name))
  return [...notices, ...(existsSync(folder) ? extraNotices(name, folder) : [])]
}

/** Packages of other systems are not installed here, and not in this installer. */
const shipped = shippedPackages().filter(({ place }) => existsSync(join(root, place)))
const rule = '='.repeat(80)
const sections = shipped.map((each) => {
  const texts = textsOf(each)
  return [`${each.name} ${each.version} (${each.license})`, ...texts].join('\n\n')
})
const head = `NNOpt Studio contains the packages below, under their own licences.
Electron's and Chromium's licences are in LICENSE.electron.txt and LICENSES.chromium.html beside the program.`
mkdirSync(join(root, 'out'), { recursive: true })
const file = join(root, 'out', 'THIRD-PARTY-NOTICES.txt')
writeFileSync(file, `${[head, ...sections, ...wholeLicences()].join(`\n\n${rule}\n\n`)}\n`)
const bare = shipped.filter((each) => textsOf(each).length === 0)
console.log(
  `${file}: ${shipped.length} packages, ${bare.length} without a text of their own (${bare.map(({ name }) => name).join(', ')})`,
)
