// The installers. scripts/package.mjs lays the shell and the engine ready and runs electron-builder with this.

/** NNOPT_INSPECTABLE=1 makes a build that a test can drive; it is not for users. */
const inspectable = process.env.NNOPT_INSPECTABLE === '1'

/** What the program's file may do at all; see Electron's documentation of fuses. Jobs run on a Node of their own, so Electron need not act as one. */
export const fuses = {
  runAsNode: false,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: inspectable,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  grantFileProtocolExtraPrivileges: false,
  resetAdHocDarwinSignature: true,
}

export default {
  appId: 'studio.nnopt.app',
  productName: 'NNOpt Studio',
  directories: { app: 'dist/app', output: 'dist/installers', buildResources: 'packaging' },
  // The shell alone lies in the archive whose integrity Electron checks. The engine lies beside it: its jobs run on plain Node, which reads no archive.
  asar: true,
  files: ['out/**', 'package.json', '!node_modules'],
  // electron-builder leaves a folder named node_modules out unless it is named itself.
  extraResources: [
    { from: 'dist/engine', to: 'engine' },
    { from: 'dist/engine/node_modules', to: 'engine/node_modules' },
  ],
  npmRebuild: false,
  electronFuses: fuses,
  // A folder with an unpacked Electron, where the machine that packages has one already.
  ...(process.env.ELECTRON_DIST ? { electronDist: process.env.ELECTRON_DIST } : {}),
  artifactName: 'nnopt-studio-${version}-${os}-${arch}.${ext}',
  fileAssociations: [{ ext: 'onnx', name: 'ONNX model', role: 'Viewer' }],
  linux: {
    target: ['AppImage', 'deb'],
    category: 'Development',
    executableName: 'nnopt-studio',
    maintainer: 'NNOpt Studio',
    synopsis: 'Shrink image classifiers',
  },
  mac: { target: ['dmg'], category: 'public.app-category.developer-tools' },
  win: { target: ['nsis'] },
  nsis: { oneClick: false, allowToChangeInstallationDirectory: true },
}
