import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHost } from '../../src/node/createHost'
import type { Host } from '../../src/node/createHost'
import type { Client } from '../../src/shared/contract'
import { createClient, createLinkedPorts } from '../../src/shared/rpc'
import type { Sensitivity } from '../../src/shared/types'
import { cli } from '../helpers/cli'
import { writeImageFolder } from '../helpers/images'
import { writeTinyModel } from '../helpers/models'
import { temporaryFolder } from '../helpers/temporary'
import { atLeast } from '../../src/shared/atLeast'

const folder = temporaryFolder('planner')
const workspace = join(folder, 'workspace')
let host: Host
let client: Client

async function succeeds(...args: readonly string[]): Promise<unknown> {
  const { code, json, stdout, stderr } = await cli(args, { workspace })
  expect(code, stdout + stderr).toBe(0)
  return json
}

interface Shown {
  readonly totalParams: number
  readonly macs: number
  readonly gzipBytes: number
  readonly sizeBytes: number
}

beforeAll(async () => {
  await writeImageFolder(join(folder, 'images'), {
    classes: ['blue', 'green', 'red'],
    perClass: { train: 40, test: 8 },
  })
  await succeeds('dataset', 'add', 'colors', join(folder, 'images'))
  await succeeds(
    'import',
    writeTinyModel(join(folder, 'tiny.onnx'), { channels: 32, facts: { classes: ['blue', 'green', 'red'] } }),
    '--name',
    'tiny',
  )
  host = await createHost({ workspace, watch: false })
  const [near, far] = createLinkedPorts()
  host.connect(far)
  client = createClient(near)
}, 120_000)

afterAll(async () => {
  client?.close()
  await host?.close()
})

describe('planning a pruning', { timeout: 120_000 }, () => {
  it('lists the groups, with the reason where one stays whole', async () => {
    const { groups, importances, cost } = await client.call('versions.pruneGroups', { version: 'tiny' })
    expect(groups.filter(({ blocked }) => blocked === null).length).toBeGreaterThan(0)
    expect(groups.find(({ blocked }) => blocked !== null)?.blocked).toMatch(/model's output/)
    expect(groups.flatMap(({ layers }) => layers)).toHaveLength(new Set(groups.flatMap(({ layers }) => layers)).size)
    expect(importances.map(({ id }) => id)).not.toContain('taylor')
    const shown = (await succeeds('show', 'tiny', '--json')) as Shown
    expect([cost.params, cost.macs]).toEqual([shown.totalParams, shown.macs])
  })

  it.each([0.3, 0.5, 0.85])('plans what the prune step then cuts, at a ratio of %f', async (ratio) => {
    const { groups } = await client.call('versions.pruneGroups', { version: 'tiny' })
    const pruningRatio = Object.fromEntries(
      groups.filter(({ blocked }) => blocked === null).map(({ name }) => [name, ratio]),
    )
    const options = { version: 'tiny', importance: 'l2', roundTo: 1, minChannels: 1, pruningRatio }
    const quick = await client.call('versions.prunePlan', options)
    const { counts, cost } = await client.call('versions.prunePlan', { ...options, gzip: true })
    expect(quick).toEqual({
      counts,
      cost: { ...cost, gzipBytes: null, sizeBytes: quick.cost.sizeBytes },
      expectedAccuracy: null,
    })
    // Shorter dimensions and lengths may take a byte less each, in every tensor of the file.
    expect(Math.abs(quick.cost.sizeBytes - cost.sizeBytes)).toBeLessThan(100)
    const name = `cut-${ratio}`
    await succeeds(
      'prune',
      'tiny',
      '--name',
      name,
      '--method',
      'l2-structured',
      '--round-to',
      '1',
      '--min-channels',
      '1',
      '--pruning-ratio',
      JSON.stringify(pruningRatio),
    )
    const shown = (await succeeds('show', name, '--json')) as Shown
    expect({ params: cost.params, macs: cost.macs }).toEqual({ params: shown.totalParams, macs: shown.macs })
    // The version's file also says where it comes from.
    expect(Math.abs((cost.gzipBytes as number) - shown.gzipBytes)).toBeLessThan(1500)
  })

  it('meets a goal around what is fixed, and the ratios that it names lead to the same network', async () => {
    const { groups, cost: whole } = await client.call('versions.pruneGroups', { version: 'tiny' })
    const [first] = atLeast(
      1,
      groups.filter(({ blocked }) => blocked === null),
    )
    const options = { version: 'tiny', roundTo: 1, minChannels: 1 }
    const goal = await client.call('versions.prunePlan', {
      ...options,
      protect: [first.name],
      keep: { target: 'macs', share: 0.6 },
    })
    expect(goal.cost.macs / whole.macs).toBeLessThanOrEqual(0.62)
    expect(goal.cost.macs / whole.macs).toBeGreaterThanOrEqual(0.5)
    expect(goal.counts.find(({ name }) => name === first.name)).toMatchObject({
      before: first.channels,
      after: first.channels,
    })
    const pruningRatio = Object.fromEntries(goal.counts.map(({ name, before, after }) => [name, 1 - after / before]))
    expect((await client.call('versions.prunePlan', { ...options, pruningRatio })).cost).toEqual(goal.cost)
  })

  it('measures curves group by group, from which an accuracy is expected', async () => {
    const seen: number[] = []
    const sensitivity: Sensitivity = await client.call(
      'versions.pruneSensitivity',
      { version: 'tiny', dataset: 'colors', samples: 12, roundTo: 1, minChannels: 1 },
      { onEvent: ({ done }) => seen.push(done) },
    )
    expect(seen).toEqual(seen.map((_, index) => index))
    expect(sensitivity.curves).toHaveLength(seen.length - 1)
    const { group, points } = sensitivity.curves[0]!
    expect(points.map(({ removedShare }) => removedShare)).toEqual([0.25, 0.5, 0.75])
    const { expectedAccuracy } = await client.call('versions.prunePlan', {
      version: 'tiny',
      roundTo: 1,
      minChannels: 1,
      pruningRatio: { [group]: 0.5 },
      sensitivity,
    })
    const drop = Math.max(0, sensitivity.accuracy - points[1]!.accuracy)
    expect(expectedAccuracy).toBeCloseTo(
      Math.max(Math.min(sensitivity.accuracy, 1 / 3), sensitivity.accuracy - drop),
      10,
    )
  })

  it('stops a scan on request', async () => {
    const controller = new AbortController()
    const scan = client.call(
      'versions.pruneSensitivity',
      { version: 'tiny', dataset: 'colors', samples: 11 },
      { signal: controller.signal, onEvent: () => controller.abort() },
    )
    await expect(scan).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('predicts latencies once the layers have been timed', async () => {
    await expect(
      client.call('versions.prunePlan', { version: 'tiny', keep: { target: 'latency', share: 0.5 } }),
    ).rejects.toThrow('the layers have not been timed yet')
    const done: number[] = []
    const { wholeMs } = await client.call(
      'versions.pruneTimes',
      { version: 'tiny' },
      { onEvent: (event) => done.push(event.done) },
    )
    expect(done.length).toBeGreaterThan(0)
    const { cost } = await client.call('versions.prunePlan', { version: 'tiny' })
    expect(cost.predictedLatencyMs).toBeCloseTo(wholeMs, 6)
  })

  it('refuses what cannot be planned, with the reason', async () => {
    const plan = (options: object) => client.call('versions.prunePlan', { version: 'tiny', ...options })
    await expect(plan({ pruningRatio: { nowhere: 0.5 } })).rejects.toThrow("no layer named 'nowhere'")
    await expect(plan({ importance: 'taylor' })).rejects.toThrow('needs gradients')
    await expect(plan({ importance: 'beauty' })).rejects.toThrow('beauty')
    const { groups } = await client.call('versions.pruneGroups', { version: 'tiny' })
    await expect(plan({ pruningRatio: { [groups[0]!.name]: 1 } })).rejects.toThrow('would empty layer')
    await succeeds('quantize', 'tiny', '--dataset', 'colors', '--name', 'tiny-int8')
    await expect(client.call('versions.pruneGroups', { version: 'tiny-int8' })).rejects.toThrow(
      'choose the fp32 version it was made from',
    )
  })
})
