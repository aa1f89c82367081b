import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { atLeast } from '../../src/shared/atLeast'
import type { Benchmark, Evaluation, Version } from '../../src/shared/types'
import { cli } from '../helpers/cli'
import { repositoryRoot } from '../helpers/repositoryRoot'
import { temporaryFolder } from '../helpers/temporary'

interface DemoResult {
  readonly versions: readonly {
    readonly version: Version
    readonly evaluation: Evaluation
    readonly benchmark: Benchmark
  }[]
  readonly report: string
  readonly seconds: number
}

const limitSeconds = 180
const folder = temporaryFolder('demo')
const baseline = join(repositoryRoot, 'resources', 'baseline')
const isBundled = existsSync(baseline) && readdirSync(baseline).some((name) => name.endsWith('.onnx'))

describe.skipIf(!isBundled)('the demo', () => {
  it('measures fp32 and int8 of the bundled model and writes a report', async () => {
    const { code, json, stderr } = await cli(['demo', '--json'], { workspace: join(folder, 'workspace') })
    expect([code, stderr.match(/error: .*/)?.[0]]).toEqual([0, undefined])
    const { versions, report, seconds } = json as DemoResult
    const [fp32, int8] = atLeast(2, versions)
    expect([fp32.version.precision, int8.version.precision]).toEqual(['fp32', 'int8'])
    expect(int8.version.sizeBytes).toBeLessThan(0.35 * fp32.version.sizeBytes)
    expect(fp32.evaluation.accuracy).toBeGreaterThan(0.8)
    expect(fp32.evaluation.accuracy - int8.evaluation.accuracy).toBeLessThan(0.05)
    expect([fp32, int8].every(({ benchmark }) => benchmark.samplesPerSecond > 0)).toBe(true)
    expect(readFileSync(report, 'utf8')).toContain(int8.version.name)
    expect(seconds).toBeLessThan(limitSeconds)
  }, 300_000)
})
