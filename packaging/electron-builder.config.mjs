// The program as electron-builder lays it, and the installers of macOS and Windows. scripts/package.mjs runs it with this; those of Linux are made by scripts/package/linux.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeNotices } from '../scripts/package/notices.mjs'
import { fileTypes } from './fileTypes.mjs'

/** What the program's file may do at all; see Electron's documentation of fuses. Jobs run on a Node of their own, so Electron need not act as one. */
export const fuses = {
  runAsNode: false,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  // NNOPT_INSPECTABLE=1 makes a build that a test can drive; it is not for users.
  enableNodeCliInspectArguments: process.env.NNOPT_INSPECTABLE === '1',
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  grantFileProtocolExtraPrivileges: false,
  resetAdHocDarwinSignature: true,
}

/** Electron's own stand-in for a program is not shipped; the notices lie where the program's resources do. */
function finish({ appOutDir, electronPlatformName, packager }) {
  const { productFilename } = packager.appInfo
  const isMac = electronPlatformName === 'darwin'
  const resources = isMac ? [`${productFilename}.app`, 'Contents', 'Resources'] : ['resources']
  const folder = join(appOutDir, ...resources)
  const given = process.env.ELECTRON_DIST && join(process.env.ELECTRON_DIST, 'version')
  const version = given ? readFileSync(given, 'utf8').trim() : packager.config.electronVersion
  rmSync(join(folder, 'default_app.asar'), { force: true })
  rmSync(join(appOutDir, 'version'), { force: true })
  writeNotices(folder, version ?? packager.info.framework.version)
}

export default {
  appId: 'studio.nnopt.app',
  productName: 'NNOpt Studio',
  directories: { app: 'dist/app', output: 'dist/installers', buildResources: 'packaging' },
  // The shell alone lies in the archive whose integrity Electron checks. The engine lies beside it: its jobs run on plain Node, which reads no archive.
  asar: true,
  files: ['**', '!node_modules'],
  // electron-builder leaves a folder named node_modules out unless it is named itself.
  extraResources: [
    { from: 'dist/engine', to: 'engine' },
    { from: 'dist/engine/node_modules', to: 'engine/node_modules' },
  ],
  npmRebuild: false,
  // The interface speaks English alone.
  electronLanguages: ['en-US', 'en'],
  electronFuses: fuses,
  // A folder with an unpacked Electron, where the machine that packages has one already.
  ...(process.env.ELECTRON_DIST ? { electronDist: process.env.ELECTRON_DIST } : {}),
  artifactName: 'nnopt-studio-${version}-${os}-${arch}.${ext}',
  fileAssociations: fileTypes.map(({ extension, name, role }) => ({ ext: extension, name, role })),
  afterPack: finish,
  linux: { target: 'dir', executableName: 'nnopt-studio' },
  // Signed with CSC_LINK and CSC_KEY_PASSWORD, notarized with APPLE_API_KEY, APPLE_API_KEY_ID and APPLE_API_ISSUER, where they are set.
  mac: {
    target: ['dmg'],
    category: 'public.app-category.developer-tools',
    hardenedRuntime: true,
    entitlements: 'packaging/entitlements.mac.plist',
    entitlementsInherit: 'packaging/entitlements.mac.plist',
    notarize: process.env.APPLE_API_KEY !== undefined,
  },
  dmg: { sign: process.env.CSC_LINK !== undefined },
  // Signed with WIN_CSC_LINK and WIN_CSC_KEY_PASSWORD, where they are set.
  win: { target: ['nsis'], signtoolOptions: { signingHashAlgorithms: ['sha256'] } },
  nsis: { oneClick: false, allowToChangeInstallationDirectory: true, license: 'LICENSE', perMachine: false },
}
