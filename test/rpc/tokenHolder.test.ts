import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHost } from '../../src/node/createHost'
import type { Service } from '../../src/node/serve/service'
import type { Client } from '../../src/shared/contract'
import { createClient, createLinkedPorts } from '../../src/shared/rpc'
import { makeHolderFiles, modelWithExternalData, secret, snapshot, tarOf } from '../helpers/holderFiles'
import type { HolderFiles } from '../helpers/holderFiles'
import { clientOf, startLocalService } from '../helpers/served'
import { temporaryFolder } from '../helpers/temporary'

const root = temporaryFolder('holder')
/** Every reply that a holder of a token has had. */
const heard: string[] = []
let { workspace, outside, opened }: HolderFiles = { workspace: '', outside: '', opened: '' }
let service: Service
let holder: Client
let version: string
let before: string

/** The version that a run made. */
async function finished(call: Promise<{ readonly id: string }>): Promise<unknown> {
  const { id } = await call
  const run = await holder.call('runs.wait', { run: id })
  if (run.error) throw Object.assign(new Error(run.error.message), { code: run.error.code })
  return run.results.at(-1)?.versionId
}

async function upload(fileName: string, bytes: Uint8Array): Promise<string> {
  const { path } = await holder.call('uploads.begin', { fileName, sizeBytes: bytes.length })
  await holder.call('uploads.append', { path, offset: 0, bytes })
  return path
}

beforeAll(async () => {
  ;({ workspace, outside, opened } = await makeHolderFiles(root))
  service = await startLocalService({ workspace, folders: [opened] })
  holder = await clientOf(service.url, service.token, (message) => heard.push(JSON.stringify(message)))
  version = (await finished(
    holder.call('versions.import', { file: join(opened, 'model.onnx'), name: 'model', preprocessing: 'cifar' }),
  )) as string
  before = snapshot(outside)
})

afterAll(() => service.close())

const exportTo = (out: string) => () => holder.call('versions.export', { version, out })
const importOf = (params: { file?: string; classes?: unknown; preprocessing?: string }) => () =>
  finished(
    holder.call('versions.import', {
      file: join(opened, 'model.onnx'),
      name: 'stolen',
      preprocessing: 'cifar',
      ...(params as { file?: string }),
    }),
  )
const step = (entry: Readonly<Record<string, unknown>> & { readonly step: string }) => () =>
  finished(holder.call('runs.start', { recipe: { name: 'attempt', steps: [entry] } }))
const addDataset =
  (...paths: readonly string[]) =>
  () =>
    finished(holder.call('datasets.add', { name: `attempt-${heard.length}`, paths }))
const addUpload = (fileName: string, bytes: () => Uint8Array | Promise<Uint8Array>) => async () =>
  addDataset(await upload(fileName, await bytes()))()

const image = (): Uint8Array => readFileSync(join(opened, 'images', 'train', 'red', '0.png'))
const addTar = (entry: Parameters<typeof tarOf>[1]) => addUpload('a.tar.gz', () => tarOf(image(), entry))

const attempts: readonly (readonly [name: string, attempt: () => Promise<unknown>])[] = [
  ['export to an absolute path', () => exportTo(join(outside, 'out.onnx'))()],
  ['export over a file', () => exportTo(join(outside, 'model.onnx'))()],
  ['export into /etc/cron.d', exportTo('/etc/cron.d/nnopt')],
  ['export to a device', exportTo('/dev/stdout')],
  ['export to /proc', exportTo('/proc/self/mem')],
  ['export up and out', exportTo('../outside/out.onnx')],
  ['export up and out of an output folder', exportTo('exports/../../outside/out.onnx')],
  ['export through a link', () => exportTo(join(opened, 'link', 'out.onnx'))()],
  ['export to where a link leads', () => exportTo(join(opened, 'dangling.onnx'))()],
  ['export over what a link leads to', () => exportTo(join(opened, 'taken-link.onnx'))()],
  ['export over a file of an opened folder', () => exportTo(join(opened, 'taken.onnx'))()],
  ['export over the database', exportTo('workspace.db')],
  ['export to a journal of the database', exportTo('workspace.db-journal')],
  ['export over another model', () => exportTo(`versions/${version}/model.onnx`)()],
  ['export over the tokens', exportTo('.access.json')],
  ['export to a name with a null byte', exportTo('exports/a\0.onnx')],
  ['export to a drive', exportTo('C:\\Windows\\nnopt.onnx')],
  ['export to a share', exportTo('\\\\server\\share\\nnopt.onnx')],
  ['export to a URL', exportTo('file:///etc/nnopt.onnx')],
  ['export to a home folder', exportTo('~/.ssh/authorized_keys')],
  ['a report outside', () => holder.call('report.create', { out: join(outside, 'report.html') })],
  ['a report over a file', () => holder.call('report.create', { out: join(opened, 'taken.onnx') })],
  ['an export step', () => step({ step: 'export', version, out: join(outside, 'out.onnx') })()],
  [
    'an export step that insists',
    () => step({ step: 'export', version, out: join(opened, 'taken.onnx'), overwrite: true })(),
  ],
  ['a results table', () => step({ step: 'results', versions: [version], out: join(outside, 'new', 'results.md') })()],
  ['import a file', () => importOf({ file: join(outside, 'model.onnx') })()],
  ['import up and out', importOf({ file: '../outside/model.onnx' })],
  ['import through a link', () => importOf({ file: join(opened, 'link', 'model.onnx') })()],
  ['import the database', importOf({ file: 'workspace.db' })],
  ['import the tokens', importOf({ file: '.access.json' })],
  ['a text file as class names', () => importOf({ classes: join(outside, 'classes.txt') as never })()],
  [
    'a text file of an opened folder as class names',
    () => step({ step: 'import', file: join(opened, 'model.onnx'), name: 'x', classes: join(opened, 'classes.txt') })(),
  ],
  [
    'a text file as class names in a recipe',
    () =>
      step({ step: 'import', file: join(opened, 'model.onnx'), name: 'x', classes: join(outside, 'classes.txt') })(),
  ],
  ['a JSON file as preprocessing', () => importOf({ preprocessing: join(outside, 'preprocessing.json') })()],
  [
    'external data at an absolute path',
    async () => importOf({ file: await upload('m.onnx', modelWithExternalData('/etc/passwd')) })(),
  ],
  [
    'external data up and out',
    async () => importOf({ file: await upload('m.onnx', modelWithExternalData('../../../outside/classes')) })(),
  ],
  ['list a folder', () => holder.call('datasets.probe', { path: outside })],
  ['list the root', () => holder.call('datasets.probe', { path: '/' })],
  ['list up and out', () => holder.call('datasets.probe', { path: '..' })],
  ['list through a link', () => holder.call('datasets.probe', { path: join(opened, 'link', 'images') })],
  ['list the workspace itself', () => holder.call('datasets.probe', { path: workspace })],
  ['images outside', () => addDataset(join(outside, 'images'))()],
  ['images through a link', () => addDataset(join(opened, 'link', 'images'))()],
  ['a folder with a link out of it', () => addDataset(join(opened, 'linked'))()],
  [
    'a dataset named up and out',
    () => step({ step: 'dataset-add', name: '../stolen', paths: [join(opened, 'images')] })(),
  ],
  ['an archive that climbs', addTar({ name: '../../outside/train/red/0.png' })],
  ['an archive with absolute names', addTar({ name: '/outside/train/red/0.png' })],
  [
    'an archive of links',
    () => addTar({ name: 'train/red/0.png', type: 'symlink', linkname: join(outside, 'images/train/b/0.png') })(),
  ],
  [
    'an archive of hard links',
    addTar({ name: 'train/red/0.png', type: 'link', linkname: '../../../outside/images/train/b/0.png' }),
  ],
  ['a zip that climbs', addUpload('a.zip', () => zipSync({ '..\\..\\outside\\train\\red\\0.png': new Uint8Array(9) }))],
  [
    'labels that climb',
    addUpload('labels.csv', () => Buffer.from(`file,class\n../../../outside/images/train/b/0.png,b\n`)),
  ],
  [
    'append to a file',
    () => holder.call('uploads.append', { path: join(outside, 'classes.txt'), offset: 0, bytes: new Uint8Array(1) }),
  ],
  [
    'append to a model',
    () =>
      holder.call('uploads.append', {
        path: join(workspace, 'versions', version, 'model.onnx'),
        offset: 0,
        bytes: new Uint8Array(1),
      }),
  ],
  [
    'append up and out',
    () =>
      holder.call('uploads.append', {
        path: join(workspace, '.uploads', 'u-a-b-9', '..', '..', '..', 'outside', 'classes.txt'),
        offset: 0,
        bytes: new Uint8Array(1),
      }),
  ],
  [
    'append more than announced',
    async () =>
      holder.call('uploads.append', {
        path: await upload('a.bin', new Uint8Array(1)),
        offset: 1,
        bytes: new Uint8Array(1),
      }),
  ],
  [
    'an upload larger than the disk',
    () => holder.call('uploads.begin', { fileName: 'a.bin', sizeBytes: Number.MAX_SAFE_INTEGER }),
  ],
  ['the log of a run elsewhere', () => holder.call('runs.log', { run: '../../outside/classes.txt' })],
  ['a dataset elsewhere', () => holder.call('datasets.get', { name: '../../outside/images' })],
  ['a model elsewhere', () => holder.call('versions.read', { version: '../../outside', offset: 0, length: 10 })],
  ['install a runtime', () => holder.call('runtime.install', { packageIndex: 'http://127.0.0.1:9/simple' })],
  ['open a folder', () => holder.call('access.setFolders', { folders: [outside] })],
  ['mend the workspace', () => holder.call('doctor.check', { repair: true })],
]

describe('a token holder', () => {
  it.each(attempts)('cannot: %s', async (_name, attempt) => {
    await expect(attempt()).rejects.toMatchObject({
      code: expect.stringMatching(/^(forbidden|wrongCall|badInput|notFound|conflict|storage)$/),
    })
    expect(snapshot(outside)).toBe(before)
    expect(readFileSync(join(opened, 'taken.onnx'), 'utf8')).toBe('the owner’s')
    expect(heard.filter((text) => text.includes(secret))).toEqual([])
  })

  it('cannot resume what the owner exports elsewhere', async () => {
    const host = await createHost({ workspace, watch: false })
    const [near, far] = createLinkedPorts()
    host.connect(far)
    const own = createClient(near)
    const recipe = { name: 'own', steps: [{ step: 'export', version, out: join(root, 'missing', 'out.onnx') }] }
    const { id } = await own.call('runs.start', { recipe })
    expect((await own.call('runs.wait', { run: id })).status).toBe('failed')
    await host.close()
    await expect(holder.call('runs.resume', { run: id })).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('does not learn whether a file elsewhere exists', async () => {
    const check = (file: string) =>
      holder.call('recipes.check', { recipe: { name: 'x', steps: [{ step: 'import', name: 'x', file }] } })
    const answers = await Promise.all(['model.onnx', 'no.onnx'].map((name) => check(join(outside, name))))
    const [there, missing] = answers.map(({ problems }) => problems.map(({ message }) => message.replace(/'.*?'/, '')))
    expect(there).toEqual(missing)
    expect(there).toEqual([expect.stringContaining('is out of reach for this token')])
  })

  it.each(['../../a.onnx', '/etc/cron.d/a', 'a\0b', '..', '', 'con.onnx', `${'x'.repeat(500)}.onnx`, 'C:\\a:b'])(
    'uploads under a safe name: %j',
    async (fileName) => {
      const { path } = await holder.call('uploads.begin', { fileName, sizeBytes: 1 })
      expect(path).toMatch(/[\\/]\.uploads[\\/]u-\w+-\w+-1[\\/][^\\/:\p{Cc}]+$/u)
      expect(existsSync(path)).toBe(true)
    },
  )

  it('works in the workspace and in opened folders', async () => {
    expect(await exportTo('exports/out.onnx')()).toMatchObject({ path: join(workspace, 'exports', 'out.onnx') })
    await exportTo('exports/out.onnx')()
    await exportTo('out.onnx')()
    await exportTo(join(opened, 'new.onnx'))()
    await holder.call('report.create', { out: 'reports/all.html' })
    await step({ step: 'export', version, out: join(opened, 'step.onnx') })()
    await addDataset(join(opened, 'images'))()
    expect(await importOf({ file: await upload('m.onnx', readFileSync(join(opened, 'model.onnx'))) })()).toMatch(/^v-/)
    expect(await holder.call('access.get', {})).toEqual({ name: 'main', rights: 'work', folders: [opened] })
  })
})
