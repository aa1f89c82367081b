import { execFile, execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'nnopt-studio')
const inside = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' }
/** What the system outside lends it; a display's socket is one of these. */
const mounts = ['/proc', '/dev', '/dev/shm', '/tmp/.X11-unix']

/** A Debian with nothing in it but what every Debian has. */
export interface Chroot {
  readonly folder: string
  /** Runs a command as root and answers what it printed. */
  run(...command: readonly [string, ...string[]]): Promise<string>
  /** Starts a command as an ordinary person with a home folder, on the display of this session. */
  start(...command: readonly [string, ...string[]]): ChildProcess
  remove(): Promise<void>
}

/** The release of this machine, and the address that its own packages come from. */
function mirror(): { readonly suite: string; readonly address: string } {
  const format = '$(REPO_URI) $(CODENAME) $(COMPONENT)'
  const listed = execFileSync('apt-get', ['indextargets', '--format', format, 'Created-By: Packages', 'Origin: Debian'])
  const main = listed
    .toString()
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, suite = '', component]) => component === 'main' && !suite.includes('-'))
  const [address, suite] = main ?? []
  if (!address || !suite) throw new Error("expected the apt sources of this machine to name a Debian release's 'main'")
  return { suite, address }
}

/** The base system, which is brought once. */
async function bringBase(): Promise<string> {
  const { suite, address } = mirror()
  const file = join(cache, `debian-${suite}.tar`)
  if (existsSync(file)) return file
  mkdirSync(cache, { recursive: true })
  const scratch = mkdtempSync(join(tmpdir(), 'nnopt-debian-'))
  await run('debootstrap', ['--variant=minbase', suite, scratch, address], { maxBuffer: 2 ** 26 })
  await run('tar', ['cf', `${file}.new`, '-C', scratch, '.'])
  renameSync(`${file}.new`, file)
  rmSync(scratch, { recursive: true, force: true })
  return file
}

export async function makeChroot(): Promise<Chroot> {
  const folder = mkdtempSync(join(tmpdir(), 'nnopt-chroot-'))
  await run('tar', ['xf', await bringBase(), '-C', folder])
  cpSync('/etc/resolv.conf', join(folder, 'etc/resolv.conf'), { dereference: true })
  for (const place of mounts) {
    mkdirSync(join(folder, place), { recursive: true })
    await run('mount', ['--bind', place, join(folder, place)])
  }
  const enter = async (...command: readonly string[]): Promise<string> =>
    (await run('chroot', [folder, ...command], { env: inside, maxBuffer: 2 ** 26 })).stdout
  await enter('useradd', '--create-home', 'person')
  const authority = process.env.XAUTHORITY
  if (authority) cpSync(authority, join(folder, 'home/person/.Xauthority'))
  await enter('chown', '-R', 'person', '/home/person')
  return {
    folder,
    run: enter,
    start: (...command) =>
      spawn('chroot', ['--userspec=person:person', folder, ...command], {
        env: { ...inside, HOME: '/home/person', USER: 'person', DISPLAY: process.env.DISPLAY ?? ':0' },
        detached: true,
        stdio: ['ignore', 'ignore', 'pipe'],
      }),
    remove: async () => {
      for (const place of [...mounts].reverse()) await run('umount', ['--lazy', join(folder, place)])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
