import { homedir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { cacheFolder, runtimeFolder } from '../../src/node/userFolders'

afterEach(() => vi.unstubAllEnvs())

describe('folders of the user', () => {
  it('are those that the environment names', () => {
    vi.stubEnv('NNOPT_RUNTIME', '/r')
    vi.stubEnv('NNOPT_CACHE', '/c')
    expect([runtimeFolder(), cacheFolder()]).toEqual(['/r', '/c'])
  })

  it.runIf(process.platform === 'linux')('follow the XDG base directories', () => {
    for (const name of ['NNOPT_RUNTIME', 'NNOPT_CACHE']) vi.stubEnv(name, undefined)
    vi.stubEnv('XDG_DATA_HOME', '/data')
    vi.stubEnv('XDG_CACHE_HOME', '/cache')
    expect([runtimeFolder(), cacheFolder()]).toEqual([join('/data', 'nnopt', 'runtime'), join('/cache', 'nnopt')])
    // The specification says that an empty variable counts as unset.
    vi.stubEnv('XDG_DATA_HOME', '')
    vi.stubEnv('XDG_CACHE_HOME', '')
    expect(runtimeFolder()).toBe(join(homedir(), '.local', 'share', 'nnopt', 'runtime'))
    expect(cacheFolder()).toBe(join(homedir(), '.cache', 'nnopt'))
  })
})
