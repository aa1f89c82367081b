import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Locks and a cache of its own, so that a program at work beside the tests neither waits for them nor holds them up. */
function isolate(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'nnopt-locks-'))
  process.env.XDG_RUNTIME_DIR = folder
  process.env.NNOPT_CACHE = join(folder, 'cache')
  // onnxruntime would report to its maker.
  process.env.ORT_DISABLE_TELEMETRY = '1'
  return () => rmSync(folder, { recursive: true, force: true })
}

/** Where Chromium keeps its Vulkan loader and SwiftShader, a graphics device in software. */
const chromiumFolders = [
  '/usr/lib/chromium',
  '/usr/lib/chromium-browser',
  '/opt/google/chrome',
  '/snap/chromium/current/usr/lib/chromium-browser',
]

/** WebGPU's tests run on Chromium's device, the same everywhere; without it on the machine's own, and without that they are skipped. */
function offerSoftwareAdapter(): () => void {
  const folder = chromiumFolders.find(
    (each) => existsSync(join(each, 'vk_swiftshader_icd.json')) && existsSync(join(each, 'libvulkan.so.1')),
  )
  if (process.platform !== 'linux' || process.env.VK_ICD_FILENAMES !== undefined || folder === undefined)
    return () => undefined
  // The loader alone: the folder holds graphics libraries that nothing else may find.
  const libraries = mkdtempSync(join(tmpdir(), 'nnopt-vulkan-'))
  symlinkSync(join(folder, 'libvulkan.so.1'), join(libraries, 'libvulkan.so.1'))
  process.env.VK_ICD_FILENAMES = join(folder, 'vk_swiftshader_icd.json')
  process.env.LD_LIBRARY_PATH = [process.env.LD_LIBRARY_PATH, libraries].filter(Boolean).join(':')
  return () => rmSync(libraries, { recursive: true, force: true })
}

/** Worker threads and job processes run the bundle, so it is made before any test. */
export function setup(): () => void {
  if (process.env.NNOPT_TEST_NO_BUILD !== '1')
    execFileSync(process.execPath, [join(import.meta.dirname, '..', 'scripts', 'build-engine.mjs'), '--if-stale'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  const ends = [isolate(), offerSoftwareAdapter()]
  return () => ends.forEach((end) => end())
}
