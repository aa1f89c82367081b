import { getKernelsForBackend, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core'
import type { KernelConfig } from '@tensorflow/tfjs-core'

export interface KernelCost {
  readonly kernel: string
  readonly calls: number
  /** Time in the kernel itself, without the kernels that it calls. */
  readonly ms: number
}

export interface KernelTimer {
  /** What was spent since the last reset, the dearest kernel first. */
  costs(): readonly KernelCost[]
  reset(): void
  /** Puts the kernels back as they were. */
  stop(): void
}

/** Puts a clock around every kernel of a backend whose kernels are done when their call returns. */
export function timeKernels(backendName: string, now: () => number): KernelTimer {
  const originals = getKernelsForBackend(backendName)
  const spent = new Map<string, { calls: number; ms: number }>()
  const inner: number[] = []
  const timed =
    ({ kernelName, kernelFunc }: KernelConfig): KernelConfig['kernelFunc'] =>
    (call) => {
      inner.push(0)
      const startedAt = now()
      try {
        return kernelFunc(call)
      } finally {
        const ms = now() - startedAt
        const cost = spent.get(kernelName) ?? { calls: 0, ms: 0 }
        spent.set(kernelName, { calls: cost.calls + 1, ms: cost.ms + ms - (inner.pop() ?? 0) })
        if (inner.length > 0) inner[inner.length - 1]! += ms
      }
    }
  for (const kernel of originals) replace({ ...kernel, kernelFunc: timed(kernel) })
  return {
    costs: () => [...spent].map(([kernel, cost]) => ({ kernel, ...cost })).sort((a, b) => b.ms - a.ms),
    reset: () => spent.clear(),
    stop: () => originals.forEach(replace),
  }
}

function replace(kernel: KernelConfig): void {
  unregisterKernel(kernel.kernelName, kernel.backendName)
  registerKernel(kernel)
}
