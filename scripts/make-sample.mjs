// Makes the bundled sample out of the full data: node scripts/make-sample.mjs TRAIN.tar.gz TEST.tar.gz
// Images are chosen class by class, evenly over each archive's order; equal archives give equal bytes.
import { createReadStream, mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createGunzip, gzipSync } from 'node:zlib'
import { extract, pack } from 'tar-stream'

const perClass = { train: 200, val: 50, test: 200 }
const [trainArchive, testArchive] = process.argv.slice(2)
const target = join(dirname(fileURLToPath(import.meta.url)), '..', 'resources', 'sample', 'cifar10-sample.tar.gz')

/** Images of an archive by class, as [name, bytes] in name order. */
async function readArchive(file) {
  const classes = new Map()
  const entries = createReadStream(file).pipe(createGunzip()).pipe(extract())
  for await (const entry of entries) {
    const chunks = []
    for await (const chunk of entry) chunks.push(chunk)
    if (entry.header.type !== 'file') continue
    const name = basename(dirname(entry.header.name))
    classes.set(name, [...(classes.get(name) ?? []), [basename(entry.header.name), Buffer.concat(chunks)]])
  }
  return [...classes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, images]) => [name, images.sort(([a], [b]) => (a < b ? -1 : 1))])
}

const spread = (images, count) =>
  Array.from({ length: count }, (_, index) => images[Math.floor((index * images.length) / count)])

const archive = pack()
const chunks = []
archive.on('data', (chunk) => chunks.push(chunk))
const finished = new Promise((resolve) => archive.on('end', resolve))

function add(split, name, images) {
  for (const [file, bytes] of images) archive.entry({ name: `${split}/${name}/${file}`, mtime: new Date(0) }, bytes)
}

for (const [name, images] of await readArchive(trainArchive)) {
  const chosen = spread(images, perClass.train + perClass.val)
  const isVal = (index) => index % (perClass.train / perClass.val + 1) === perClass.train / perClass.val
  add(
    'train',
    name,
    chosen.filter((_, index) => !isVal(index)),
  )
  add(
    'val',
    name,
    chosen.filter((_, index) => isVal(index)),
  )
}
for (const [name, images] of await readArchive(testArchive)) add('test', name, spread(images, perClass.test))
archive.finalize()
await finished

mkdirSync(dirname(target), { recursive: true })
const bytes = gzipSync(Buffer.concat(chunks), { level: 9 })
writeFileSync(target, bytes)
console.log(`${target}: ${(bytes.length / 1e6).toFixed(2)} MB`)
