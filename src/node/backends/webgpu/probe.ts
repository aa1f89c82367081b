import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { nodeBinary } from '../../jobs/nodeBinary'
import type { AdapterInfo } from './dawn'
import { dawnFile } from './dawn'

export type Probe = { readonly info: AdapterInfo } | { readonly problem: string } | undefined

const timeoutMs = 20_000

/** A driver can crash the process that queries it, so query it from a separate one. */
const script = `
const { create } = await import(process.argv[1])
const adapter = await create([]).requestAdapter({ powerPreference: 'high-performance' })
const { vendor, architecture, device, description, isFallbackAdapter } = adapter?.info ?? {}
process.stdout.write(JSON.stringify(adapter ? { vendor, architecture, device, description, isFallbackAdapter } : null), () => process.exit(0))
`

let known: Promise<Probe> | undefined

/** The adapter that WebGPU would use, queried once per process; undefined if there is none. */
export function probeAdapter(): Promise<Probe> {
  known ??= probe()
  return known
}

async function probe(): Promise<Probe> {
  const file = dawnFile()
  if (file === undefined)
    return { problem: "the package 'webgpu' is not installed: run 'npm ci' in the program's folder" }
  try {
    const { stdout } = await promisify(execFile)(
      nodeBinary(),
      ['--input-type=module', '--eval', script, new URL(`file://${file}`).href],
      { timeout: timeoutMs, windowsHide: true },
    )
    const info = JSON.parse(stdout) as AdapterInfo | null
    return info ? { info } : undefined
  } catch (error) {
    return {
      problem: `the graphics driver failed to provide a device: ${reasonOf(error)}; update it, or train on another backend`,
    }
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { signal, killed } = error as { readonly signal?: string | null; readonly killed?: boolean }
  if (killed) return `no response in ${timeoutMs / 1000} s`
  return signal
    ? `its process ended with ${signal}`
    : (error.message.split('\n').find((line) => /Error/.test(line)) ?? error.message)
}
