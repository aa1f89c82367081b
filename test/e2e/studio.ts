import { execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'

const run = promisify(execFile)
const cli = join(import.meta.dirname, '..', '..', 'out', 'engine', 'cli.js')
const classes = ['blue', 'green', 'red'] as const
const imageSize = 16

/** An engine that serves a workspace with a small dataset and a network trained on it. */
export interface Studio {
  readonly url: string
  /** The address without the token. */
  readonly origin: string
  /** Folder of the images that the dataset was made from. */
  readonly images: string
  nnopt(...args: readonly string[]): Promise<unknown>
  /** Ends the process of the engine, as a crash would; the server that keeps it stays. */
  killEngine(): Promise<void>
  /** Ends the server as well, and starts another on the same port. */
  restart(): Promise<void>
  close(): Promise<void>
}

export async function startStudio(): Promise<Studio> {
  const studio = await startEmptyStudio()
  await writeImages(studio.images)
  await studio.nnopt('dataset', 'add', 'colours', studio.images)
  await studio.nnopt(
    'train',
    '--arch',
    'tiny-cnn',
    '--dataset',
    'colours',
    '--name',
    'tiny',
    '--epochs',
    '4',
    '--batch-size',
    '12',
    '--backend',
    'wasm',
  )
  return studio
}

/** The same with nothing in the workspace but what `prepare` puts there. */
export async function startEmptyStudio(
  prepare: (workspace: string) => void | Promise<void> = () => undefined,
): Promise<Studio> {
  const folder = mkdtempSync(join(tmpdir(), 'nnopt-e2e-'))
  const workspace = join(folder, 'workspace')
  const env = { ...process.env, XDG_RUNTIME_DIR: folder }
  const nnopt = async (...args: readonly string[]): Promise<unknown> =>
    JSON.parse(
      (await run(process.execPath, [cli, ...args, '--workspace', workspace, '--json'], { env, maxBuffer: 2 ** 26 }))
        .stdout,
    )
  await prepare(workspace)
  let server = await serve(folder, env, '0')
  return {
    url: server.url,
    origin: new URL(server.url).origin,
    images: join(folder, 'colours'),
    nnopt,
    killEngine: async () => {
      const { stdout } = await run('pgrep', ['-P', String(server.pid)])
      for (const pid of stdout.trim().split('\n')) process.kill(Number(pid), 'SIGKILL')
    },
    restart: async () => {
      await server.kill()
      server = await serve(folder, env, new URL(server.url).port)
    },
    close: async () => {
      await server.kill()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

interface Server {
  readonly url: string
  readonly pid: number | undefined
  kill(): Promise<void>
}

function serve(folder: string, env: NodeJS.ProcessEnv, port: string): Promise<Server> {
  const places = ['--workspace', join(folder, 'workspace'), '--allow', folder]
  const child = spawn(process.execPath, [cli, 'serve', '--port', port, ...places], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  return new Promise((resolve, reject) => {
    let text = ''
    const read = (chunk: Buffer): void => {
      text += chunk.toString()
      const [url] = /http:\/\/\S+/.exec(text) ?? []
      if (url) resolve({ url, pid: child.pid, kill })
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', () => reject(new Error(`nnopt serve ended: ${text}`)))
  })
}

/** Noise around one colour a class. */
async function writeImages(folder: string): Promise<void> {
  let state = 1
  const noise = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 26
  for (const [split, count] of [
    ['train', 48],
    ['test', 16],
  ] as const) {
    for (const [label, name] of classes.entries()) {
      mkdirSync(join(folder, split, name), { recursive: true })
      for (let index = 0; index < count; index++) {
        const pixels = Uint8Array.from(
          { length: imageSize * imageSize * 3 },
          (_, at) => (at % 3 === label ? 150 : 60) + noise(),
        )
        await sharp(pixels, { raw: { width: imageSize, height: imageSize, channels: 3 } })
          .png()
          .toFile(join(folder, split, name, `${index}.png`))
      }
    }
  }
}
