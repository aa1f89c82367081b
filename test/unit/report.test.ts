import { describe, expect, it } from 'vitest'
import { renderReport } from '../../src/node/report/index'
import { resultsMarkdown } from '../../src/node/report/resultsTable'
import type { Benchmark, Evaluation, Metric, ReportData, ReportedVersion, Version } from '../../src/shared/types'

const device = { cpu: 'Test CPU', runtime: 'onnxruntime-node 1.0.0', threads: 2 }
const classes = ['cat', 'dog']

const version = (id: string, changes: Partial<Version> = {}): Version => ({
  id,
  name: id,
  origin: 'imported',
  precision: 'fp32',
  parentId: null,
  runId: null,
  createdAt: '2026-01-02T03:04:05Z',
  deletedAt: null,
  architecture: 'tiny',
  inputSize: { height: 8, width: 8 },
  classes,
  classCount: 2,
  trainable: true,
  sizeBytes: 4_000_000,
  diskBytes: 4_100_000,
  hash: 'a'.repeat(64),
  step: {},
  warnings: [],
  tags: [],
  notes: '',
  ...changes,
})

const evaluation = (accuracy: number, changes: Partial<Evaluation> = {}): Evaluation => ({
  version: 'v',
  dataset: 'pets',
  split: 'test',
  samples: 200,
  accuracy,
  accuracyInterval: [accuracy - 0.05, accuracy + 0.05],
  avgLoss: 0.5,
  samplesPerSecond: 100,
  avgTimePerBatchMs: 500,
  avgTimePerSampleMs: 10,
  batchSize: 50,
  threads: 2,
  warmupBatches: 5,
  perClass: classes.map((name) => ({ name, accuracy, samples: 100 })),
  confusionMatrix: [
    [90, 10],
    [20, 80],
  ],
  device,
  skipped: [],
  warnings: [],
  fileSizeBytes: 4_000_000,
  intWeightParams: 0,
  floatWeightParams: 10,
  floatBiasParams: 1,
  bnParams: 0,
  otherFloatParams: 0,
  totalParams: 11,
  nonzeroParams: 11,
  sparsity: 0,
  approxMemoryMb: 1,
  ...changes,
})

const benchmark: Benchmark = {
  version: 'v',
  batchSize: 1,
  threads: 2,
  runs: 120,
  latencyMs: { p50: 4.5, p90: 5, p95: 6, p99: 12.3 },
  samplesPerSecond: 222,
  samplesPerSecondInterval: [215, 230],
  device,
  warnings: [],
  session: 'one',
}

interface Measured {
  readonly accuracy?: number
  readonly changes?: Partial<Evaluation>
  readonly limit?: number | null
  readonly benchmarked?: boolean
  readonly benchmarkChanges?: Partial<Benchmark>
  readonly epochs?: readonly Metric[]
}

const reported = (
  of: Version,
  { accuracy, changes, limit = null, benchmarked = false, benchmarkChanges, epochs = [] }: Measured = {},
): ReportedVersion => ({
  version: of,
  evaluations:
    accuracy === undefined
      ? []
      : [
          {
            id: 'e',
            versionId: of.id,
            runId: null,
            createdAt: of.createdAt,
            limit,
            seed: 0,
            evaluation: evaluation(accuracy, changes),
          },
        ],
  benchmarks: benchmarked
    ? [
        {
          id: 'b',
          versionId: of.id,
          runId: null,
          createdAt: of.createdAt,
          benchmark: { ...benchmark, ...benchmarkChanges },
        },
      ]
    : [],
  epochs,
})

const render = (versions: readonly ReportedVersion[], changes: Partial<ReportData> = {}): string =>
  renderReport({ title: 'A report', createdAt: '2026-01-02T03:04:05Z', programVersion: '0.1.0', versions, ...changes })

const base = version('base')
const child = version('child', { precision: 'int8', parentId: 'base', sizeBytes: 1_000_000 })

describe('the report', () => {
  it('shows what was measured, with intervals, units and the machine', () => {
    const page = render([reported(base, { accuracy: 0.9, benchmarked: true })])
    for (const text of [
      '90.0%',
      '85.0% to 95.0%',
      '4.00 MB',
      '222 images/s',
      '4.50 ms',
      '12.3 ms',
      'Test CPU',
      'onnxruntime-node 1.0.0',
      '200 test images of pets',
      '2026-01-02 03:04 UTC',
    ])
      expect(page).toContain(text)
  })

  it('asks nothing of the network and runs nothing', () => {
    const page = render([reported(base, { accuracy: 0.9 }), reported(child, { accuracy: 0.88 })])
    expect(page).not.toMatch(/(?:src|href|action)\s*=|url\(|@import|<script|https?:/i)
  })

  it('escapes what people and files named', () => {
    const named = version('v', { name: '<img src=x onerror=alert(1)>', warnings: ['"quoted" & <b>bold</b>'] })
    const page = render([reported(named, { accuracy: 0.5 })], { title: '</title><script>1</script>' })
    expect(page).not.toMatch(/<img|<script|<b>bold/)
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;')
  })

  const differences: readonly { readonly name: string; readonly child: Measured; readonly expected: string }[] = [
    { name: 'the same images', child: { accuracy: 0.88 }, expected: '-2.0 points' },
    { name: 'an equal accuracy', child: { accuracy: 0.9 }, expected: '0.0 points' },
    { name: 'another dataset', child: { accuracy: 0.88, changes: { dataset: 'others' } }, expected: '–' },
    { name: 'another split', child: { accuracy: 0.88, changes: { split: 'val' } }, expected: '–' },
    { name: 'a sample of the images', child: { accuracy: 0.88, limit: 50 }, expected: '–' },
    { name: 'no measurement', child: {}, expected: '–' },
  ]
  it.each(differences)('compares with the parent on $name: $expected', ({ child: measured, expected }) => {
    const page = render([reported(base, { accuracy: 0.9 }), reported(child, measured)])
    const row = page.slice(page.indexOf('<th scope="row">child</th>'))
    const cells = [...row.slice(0, row.indexOf('</tr>')).matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map(([, text]) => text)
    expect([cells[1], cells[5]]).toEqual(['base', expected])
  })

  it('shows no speed of another session beside the others', () => {
    const measured = { accuracy: 0.9, benchmarked: true }
    const other = { ...measured, benchmarkChanges: { session: 'two', samplesPerSecond: 777 } }
    const third = version('third')
    const page = render([reported(base, measured), reported(child, other), reported(third, measured)])
    expect(page).toContain('222 images/s')
    expect(page).not.toContain('777')
  })

  it('draws and tabulates only accuracies on the same images', () => {
    const others = { accuracy: 0.123, changes: { dataset: 'others' } }
    const page = render([
      reported(base, { accuracy: 0.9 }),
      reported(version('b'), { accuracy: 0.8 }),
      reported(child, others),
    ])
    const classes = page.slice(page.indexOf('Per-class accuracy'), page.indexOf('Confusion matrix'))
    expect(classes).toContain('base')
    expect(classes).not.toContain('child')
  })

  it('marks a speed whose measurement was disturbed, with the reason', () => {
    const page = render([
      reported(base, { benchmarked: true, benchmarkChanges: { warnings: ['another program was busy'] } }),
    ])
    expect(page).toMatch(/222 images\/s <span role="img" aria-label="another program was busy"/)
  })

  it('draws nothing it has no numbers for', () => {
    const page = render([reported(base)])
    expect(page).toContain('<th scope="row">base</th>')
    expect(page).not.toContain('<svg')
    expect(page).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('is a page without versions too', () => {
    expect(render([])).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('labels every picture and has its numbers as text', () => {
    const epochs = [1, 2, 3].map((position): Metric => ({
      sequence: position,
      runId: 'r',
      stepIndex: 0,
      kind: 'epoch',
      position,
      at: base.createdAt,
      values: { trainAccuracy: 0.2 * position, valAccuracy: 0.15 * position },
    }))
    const page = render([reported(version('base', { origin: 'trained' }), { accuracy: 0.9, epochs })])
    const pictures = [...page.matchAll(/<svg[^>]*>/g)].map(([tag]) => tag)
    expect(pictures).toHaveLength(2)
    for (const tag of pictures) expect(tag).toMatch(/role="img" aria-label="[^"]+"/)
    expect(page).not.toMatch(/NaN|undefined/)
  })

  it('changes from bars to a table when bars would be too many', () => {
    const page = (count: number): string =>
      render(Array.from({ length: count }, (_, index) => reported(version(`v${index}`), { accuracy: 0.5 })))
    expect(page(3)).toContain('class="bars"')
    expect(page(4)).not.toContain('class="bars"')
  })
})

describe('a table of results', () => {
  const network = { totalParams: 10, nonzeroParams: 4, sparsity: 0.6, macs: 100, gzipBytes: 2_000_000, layers: [] }
  const pruned = version('pruned', {
    parentId: 'base',
    warnings: ['kept the start'],
    step: { step: 'prune', from: 'base', name: 'pruned', method: 'l1-unstructured', amount: 0.6, params: { a: 1 } },
  })
  const results = [
    { version: base, network, evaluation: evaluation(0.9), images: 'all', benchmark },
    {
      version: pruned,
      network,
      evaluation: evaluation(0.88),
      images: 'all',
      benchmark: { ...benchmark, latencyMs: { ...benchmark.latencyMs, p50: 1.5 }, warnings: ['busy', 'busy'] },
    },
  ]

  it('sets each version against the first, and says how it was made and what was wrong with the measurement', () => {
    const lines = resultsMarkdown('Results', results, ['plot.svg'], '0.1.0').split('\n')
    expect(lines).toContain(
      '| pruned | fp32 | 88.0% | 83.0% – 93.0% | -2.0 points | 10 | 4 | 60.0% | 100 | 4.00 MB | 2.00 MB | 1.50 ms | 3.00× |',
    )
    expect(lines).toContain('| pruned | base | prune: method l1-unstructured, amount 0.6, params {"a":1} |')
    expect(lines).toContain('| base | – | imported |')
    expect(lines.filter((line) => line === '- busy')).toHaveLength(1)
    expect(lines).toContain('- pruned: kept the start')
    expect(lines).toContain('![plot](plot.svg)')
  })

  it('gives no difference between other images, and no ratio between other sessions', () => {
    const [first, second] = results
    const apart = { ...second!, images: 'a part', benchmark: { ...second!.benchmark, session: 'two' } }
    const row = resultsMarkdown('Results', [first!, apart], [], '0.1.0')
      .split('\n')
      .find((line) => line.startsWith('| pruned | fp32'))
    expect(row).toBe(
      '| pruned | fp32 | 88.0% | 83.0% – 93.0% | – | 10 | 4 | 60.0% | 100 | 4.00 MB | 2.00 MB | 1.50 ms | – |',
    )
  })
})
