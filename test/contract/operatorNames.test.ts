import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, it } from 'vitest'
import { operators } from '../../src/core/ops/index'

/**
 * An operator is one file only as long as nothing else looks at its name: the rest of the program asks for facts (src/core/ops/facts.ts).
 * These places may look; at most ten, each with its reason.
 */
const excepted: Readonly<Record<string, { readonly count: number; readonly reason: string }>> = {
  'src/core/graph/conversions.ts': { count: 2, reason: 'the two nodes that carry a QDQ file’s parameters' },
  'src/core/onnx/read.ts': { count: 1, reason: 'Constant is how ONNX files write an initializer, no operator' },
  'src/core/onnx/upgrade.ts': { count: 1, reason: 'one table: how older opsets of ONNX wrote these operators' },
  'src/core/passes/canonicalForms.ts': { count: 1, reason: 'one table: the same, where it takes shapes' },
  'src/core/passes/evaluate.ts': { count: 2, reason: 'shape arithmetic, gone after import: one table, and Shape' },
  'src/renderer/components/model/LayerTable.vue': { count: 1, reason: 'an abbreviation for a narrow column' },
}

/** Where operators are defined, where those that exporters spell out in simpler ones are joined and taken apart again, and tfjs kernels, which are named like operators but are none. */
const outside = /^src\/(core\/(ops|models|passes\/patterns)|node\/backends)\//

const root = join(import.meta.dirname, '..', '..')
const onlyInFiles = ['Constant', 'Shape', 'Dropout', 'ConvTranspose', 'ConstantOfShape', 'Expand', 'Range', 'Where']
const names = new Set([...operators.ids, ...onlyInFiles])
const membership = new Set(['includes', 'has', 'get', 'indexOf'])

const isName = (node: ts.Node): boolean => ts.isStringLiteralLike(node) && names.has(node.text)

/** Comparisons with a name: equality, a case, a list or a set of names, a look-up; a table by name counts once. */
function isComparison(node: ts.Node): boolean {
  if (ts.isBinaryExpression(node))
    return /^[!=]==?$/.test(node.operatorToken.getText()) && [node.left, node.right].some(isName)
  if (ts.isCaseClause(node)) return isName(node.expression)
  if (ts.isArrayLiteralExpression(node)) return node.elements.some(isName)
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression))
    return membership.has(node.expression.name.text) && node.arguments.some(isName)
  return ts.isObjectLiteralExpression(node) && node.properties.some(isNamed)
}

const isNamed = ({ name }: ts.ObjectLiteralElementLike): boolean =>
  name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteral(name)) && names.has(name.text)

function comparisons(text: string): readonly string[] {
  const script = /<script[^>]*>([\s\S]*?)<\/script>/.exec(text)?.[1] ?? text
  const source = ts.createSourceFile('file.ts', script, ts.ScriptTarget.Latest, true)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (isComparison(node)) found.push(node.getText().slice(0, 80))
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

it('finds every form of a comparison, and no node that is made', () => {
  expect(comparisons("node.op === 'Conv'")).toHaveLength(1)
  expect(comparisons("switch (op) { case 'Relu': break }")).toHaveLength(1)
  expect(comparisons("new Set(['Relu', 'Clip'])")).toHaveLength(1)
  expect(comparisons("operators.get('Conv').parse(node)")).toHaveLength(1)
  expect(comparisons('const table = { Conv: 0, Gemm: 1 }')).toHaveLength(1)
  expect(comparisons("const node = { op: 'Relu', inputs: ['x'] }")).toEqual([])
  expect(comparisons("make('within', 'Clip', [])")).toEqual([])
})

it('asks operators for facts instead of comparing their names', () => {
  const files = globSync('src/**/*.{ts,vue}', { cwd: root }).filter((file) => !outside.test(file))
  const found = files.flatMap((file) => {
    const list = comparisons(readFileSync(join(root, file), 'utf8'))
    return list.length > 0 ? [[file, list] as const] : []
  })
  const unexpected = found.filter(([file, list]) => list.length > (excepted[file]?.count ?? 0))
  expect(unexpected).toEqual([])
  expect(Object.fromEntries(found.map(([file, list]) => [file, list.length]))).toEqual(
    Object.fromEntries(Object.entries(excepted).map(([file, { count }]) => [file, count])),
  )
})

it('excepts ten places at most', () => {
  expect(Object.values(excepted).reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(10)
})
