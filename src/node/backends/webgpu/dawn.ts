import { createRequire } from 'node:module'
import { NNOptError } from '../../../shared/errors'

/**
 * The parts of the WebGPU API used here. Its types are in TypeScript's DOM library, which Node code does not include.
 */
export interface AdapterInfo {
  readonly vendor: string
  readonly architecture: string
  readonly device: string
  readonly description: string
  readonly isFallbackAdapter?: boolean
}

export interface Device {
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>
  addEventListener(
    type: 'uncapturederror',
    listener: (event: { readonly error: { readonly message: string } }) => void,
  ): void
  destroy(): void
}

interface Adapter {
  readonly info: AdapterInfo
  readonly limits: Readonly<Record<string, number>>
  requestDevice(options: { readonly requiredLimits: Readonly<Record<string, number>> }): Promise<Device>
}

interface Gpu {
  requestAdapter(options: { readonly powerPreference: 'high-performance' }): Promise<Adapter | null>
}

interface Dawn {
  create(options: readonly string[]): Gpu
  readonly globals: object
}

const dawnPackage = 'webgpu'

const require = createRequire(import.meta.url)

/** Path of the package's module; undefined if it is not installed. */
export function dawnFile(): string | undefined {
  try {
    return require.resolve(dawnPackage)
  } catch {
    return undefined
  }
}

/** tfjs' kernels use everything a device offers. */
const wantedLimits = [
  'maxBufferSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
]

/**
 * Loads Dawn into this thread and opens a device of the fastest adapter; afterwards `navigator.gpu` and the WebGPU
 * classes exist.
 */
export async function openDevice(): Promise<{ readonly device: Device; readonly info: AdapterInfo }> {
  const { create, globals } = (await import(dawnPackage)) as Dawn
  Object.assign(globalThis, globals)
  const gpu = create([])
  // tfjs checks here whether WebGPU is available.
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true, writable: true })
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) throw new NNOptError('unavailable', noAdapter)
  const requiredLimits = Object.fromEntries(wantedLimits.map((limit) => [limit, adapter.limits[limit]!]))
  return { device: await adapter.requestDevice({ requiredLimits }), info: adapter.info }
}

export const noAdapter = `no graphics device found: install its driver (on Linux, a Vulkan driver and the Vulkan loader libvulkan1), or train on another backend`

/** Adapters that run on the CPU: correct, but slower than every other backend. */
export const isSoftware = ({ isFallbackAdapter, vendor, architecture, description }: AdapterInfo): boolean =>
  isFallbackAdapter === true ||
  /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i.test(`${vendor} ${architecture} ${description}`)

/** For display: 'NVIDIA GeForce RTX 4090 (WebGPU)'. */
export function describeAdapter(info: AdapterInfo): string {
  const name =
    [info.description, info.device, info.architecture, info.vendor].find((text) => text !== '') ?? 'graphics device'
  return isSoftware(info) ? `${name} (software on the CPU)` : name
}
