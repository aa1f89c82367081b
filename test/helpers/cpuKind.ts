import { it } from 'vitest'
import { probeSaturation } from '../../src/node/inference/saturation'

/** Whether int8 products saturate here: found by running one, as the product does. */
export const { saturates } = await probeSaturation()

/** In the name of every test that only one kind of CPU can run; `npm test` counts those it could not run. */
const needs = (kind: string) => (name: string) => `${name} [needs a CPU whose int8 products ${kind}]`

type Body = () => void | Promise<void>

/** A test of the kernels that saturate: AVX2 and AVX-512 without VNNI. */
export const itOnSaturatingCpu = (name: string, body: Body): void => it.runIf(saturates)(needs('saturate')(name), body)

/** A test of the kernels that sum exactly: with VNNI or AMX, and other architectures. */
export const itOnExactCpu = (name: string, body: Body): void => it.skipIf(saturates)(needs('are exact')(name), body)
