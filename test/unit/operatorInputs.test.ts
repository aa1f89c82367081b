import { describe, expect, it } from 'vitest'
import type { Node } from '../../src/core/graph/graph'
import { evaluate } from '../../src/core/passes/evaluate'
import { operators } from '../../src/core/ops/index'
import { tensorData } from '../../src/core/graph/tensorData'
import { atLeast } from '../../src/shared/atLeast'

const node = (op: string, inputs: readonly string[]): Node => ({
  name: 'n',
  op,
  inputs,
  outputs: ['y'],
  attributes: {},
})

describe('inputs that an operator needs', () => {
  it.each([
    ['Relu', [], 1, 0],
    ['Conv', ['x'], 2, 1],
    ['Gemm', ['x', ''], 2, 1],
    ['BatchNormalization', ['x', 'scale', 'shift', 'mean'], 5, 4],
    ['DequantizeLinear', ['x'], 2, 1],
  ])('are checked: %s with %j', (op, inputs, needs, given) => {
    const expected = `node 'n' (${op}): expected its first ${needs} inputs, got ${given} of them`
    expect(() => operators.get(op).parse(node(op, inputs))).toThrow(expect.objectContaining({ code: 'badInput' }))
    expect(() => operators.get(op).parse(node(op, inputs))).toThrow(expected)
  })

  it('may be followed by absent ones', () => {
    expect(() => operators.get('Conv').parse(node('Conv', ['x', 'w', '']))).not.toThrow()
  })

  it('are checked where constants are folded', () => {
    const one = tensorData('int64', [1], [1])
    expect(evaluate(node('Add', ['a', 'b']), [one, one])?.data[0]).toBe(2)
    expect(() => evaluate(node('Add', ['a', 'b']), [one])).toThrow(expect.objectContaining({ code: 'badInput' }))
    expect(() => evaluate(node('Max', []), [])).toThrow(expect.objectContaining({ code: 'badInput' }))
  })
})

describe('a list of at least some elements', () => {
  it('is the list itself', () => expect(atLeast(2, [1, 2, 3])).toEqual([1, 2, 3]))
  it('is refused when it is shorter', () =>
    expect(() => atLeast(3, ['a', 'b'])).toThrow('expected at least 3 elements, got 2: [a, b]'))
})
