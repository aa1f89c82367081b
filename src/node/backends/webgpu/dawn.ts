import { createRequire } from 'node:module'
import { NNOptError } from '../../../shared/errors'

/** What is used of WebGPU's objects; their types belong to TypeScript's DOM library, which Node's code does without. */
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

export const dawnPackage = 'webgpu'

const require = createRequire(import.meta.url)

/** Where the package's module is, or undefined where it is not installed. */
export function dawnFile(): string | undefined {
  try {
    return require.resolve(dawnPackage)
  } catch {
    return undefined
  }
}

/** tfjs' kernels use as much of a device as there is. */
const wantedLimits = [
  'maxBufferSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
]

/** Loads Dawn into this thread and opens the fastest adapter's device; `navigator.gpu` and WebGPU's classes are there from then on. */
export async function openDevice(): Promise<{ readonly device: Device; readonly info: AdapterInfo }> {
  const { create, globals } = (await import(dawnPackage)) as Dawn
  Object.assign(globalThis, globals)
  const gpu = create([])
  // tfjs looks here to know whether there is WebGPU at all.
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true, writable: true })
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) throw new NNOptError('unavailable', noAdapter)
  const requiredLimits = Object.fromEntries(wantedLimits.map((limit) => [limit, adapter.limits[limit]]))
  return { device: await adapter.requestDevice({ requiredLimits }), info: adapter.info }
}

export const noAdapter = `no graphics device found: install its driver (on Linux, a Vulkan driver and the Vulkan loader libvulkan1), or train on another backend`

/** Adapters that compute on the processor: right, but slower than every other backend. */
export const isSoftware = ({ isFallbackAdapter, vendor, architecture, description }: AdapterInfo): boolean =>
  isFallbackAdapter === true ||
  /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i.test(`${vendor} ${architecture} ${description}`)

/** For a person: 'NVIDIA GeForce RTX 4090 (WebGPU)'. */
export function describeAdapter(info: AdapterInfo): string {
  const name =
    [info.description, info.device, info.architecture, info.vendor].find((text) => text !== '') ?? 'graphics device'
  return isSoftware(info) ? `${name} (software on the CPU)` : name
}
