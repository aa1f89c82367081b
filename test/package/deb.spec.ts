import { copyFileSync, existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from '@playwright/test'
import { sampleToInt8 } from '../electron/sample'
import { attach, end } from './attach'
import { makeChroot } from './chroot'
import type { Chroot } from './chroot'
import { installer } from './installers'

const apt = (debian: Chroot, ...args: readonly string[]): Promise<string> =>
  debian.run('apt-get', '--quiet', '--yes', '--no-install-recommends', ...args)
const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '')

async function install(debian: Chroot): Promise<readonly string[]> {
  const deb = installer('.deb')
  copyFileSync(deb, join(debian.folder, basename(deb)))
  await apt(debian, 'update')
  await apt(debian, 'install', 'desktop-file-utils', `/${basename(deb)}`)
  await debian.run('rm', `/${basename(deb)}`)
  return lines(await debian.run('dpkg', '--listfiles', 'nnopt-studio'))
}

test('installs on a bare Debian, takes the sample to int8, and leaves nothing when it is removed', async () => {
  const debian = await makeChroot()
  try {
    const files = await install(debian)
    expect(await debian.run('xdg-mime', 'query', 'default', 'application/x-onnx')).toContain('nnopt-studio.desktop')
    const program = debian.start('nnopt-studio', '--remote-debugging-port=0')
    try {
      await sampleToInt8(await attach(program))
    } finally {
      await end(program)
    }
    const workspace = '/home/person/NNOpt'
    const versions = JSON.parse(await debian.run('nnopt', 'versions', '--json', '--workspace', workspace))
    expect(versions).toHaveLength(2)

    await apt(debian, 'purge', 'nnopt-studio')
    const shared = new Set(lines(await debian.run('find', '/usr', '-type', 'd')))
    const left = files.filter((file) => file !== '/.' && existsSync(join(debian.folder, file)) && !shared.has(file))
    expect(left).toEqual([])
    const named = await debian.run('find', '/usr', '/etc', '/opt', '/var', '-name', '*nnopt*')
    expect(lines(named)).toEqual([])
    const databases = ['/usr/share/applications', '/usr/share/mime']
    const mentions = await debian.run('sh', '-c', `grep -rl nnopt ${databases.join(' ')} || true`)
    expect(lines(mentions)).toEqual([])
  } finally {
    await debian.remove()
  }
})
