import { describe, expect, it } from 'vitest'
import { fuseActivations } from '../../src/core/passes/fuseActivations'
import { fuseBias } from '../../src/core/execute/fuseBias'
import { createPlan } from '../../src/core/execute/plan'
import { asDeployed, createQuantizationTable } from '../../src/core/execute/quantization'
import { quantizedNetwork } from '../helpers/quantized'

const networks = [
  { id: 'tiny-cnn', params: { classes: 5, size: 32, channels: 8 } },
  { id: 'mobilenet-v2', params: { classes: 10, size: 32, width: 0.25, totalStride: 16 } },
]

// The fused step runs only on backends with a kernel of its own, which not every machine has; its form is checked on all.
describe('the bias of a convolution in the fake-quant behind it', () => {
  it.each(networks)('leaves steps of $id that their operators accept', async ({ id, params }) => {
    const graph = fuseActivations(asDeployed(await quantizedNetwork(id, params)))
    const plan = createPlan(
      graph,
      1,
      new Set(),
      createQuantizationTable(graph, false, () => false),
    )
    const fused = fuseBias(plan)
    expect(fused.steps.filter(({ operator }) => operator.id === 'BiasFakeQuant').length).toBeGreaterThan(0)
    expect(fused.steps).toHaveLength(plan.steps.length)
    for (const { operator, node, context, inputs } of fused.steps) {
      expect(() => operator.parse(context.node)).not.toThrow()
      expect(context.node).toBe(node)
      if (operator.id === 'BiasFakeQuant') expect(inputs).toHaveLength(4)
    }
  })
})
