import type { Random } from '../data/random'
import type { Attributes, Graph, Node } from '../graph/graph'
import { floatTensor, sizeOf } from '../graph/tensorData'
import type { TensorData } from '../graph/tensorData'

export interface ConvOptions {
  readonly kernel: number
  readonly stride?: number
  readonly groups?: number
  readonly padding?: number
  readonly bias?: boolean
}

/** Collects nodes and freshly initialised weights; every method takes a node name and an input value and returns the output value. */
export class GraphBuilder {
  private readonly nodes: Node[] = []
  private readonly initializers = new Map<string, TensorData>()
  private readonly channels = new Map<string, number>()

  constructor(
    private readonly random: Random,
    private readonly input: { readonly channels: number; readonly size: number },
  ) {
    this.channels.set('input', input.channels)
  }

  channelsOf(value: string): number {
    return this.channels.get(value) ?? 0
  }

  /** Weights as torchvision's: Kaiming normal, fan-out (He et al., 2015). */
  conv(
    name: string,
    x: string,
    out: number,
    { kernel, stride = 1, groups = 1, padding = (kernel - 1) / 2, bias = false }: ConvOptions,
  ): string {
    const shape = [out, this.channelsOf(x) / groups, kernel, kernel]
    const deviation = Math.sqrt(2 / ((out * kernel * kernel) / groups))
    this.initializers.set(`${name}.weight`, this.normal(shape, deviation))
    if (bias) this.initializers.set(`${name}.bias`, floatTensor([out], new Float32Array(out)))
    const attributes = {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
      dilations: [1, 1],
      group: groups,
    }
    return this.add(name, 'Conv', [x, `${name}.weight`, ...(bias ? [`${name}.bias`] : [])], attributes, out)
  }

  batchNorm(name: string, x: string): string {
    const size = this.channelsOf(x)
    const initial = { weight: 1, bias: 0, running_mean: 0, running_var: 1 }
    for (const [key, value] of Object.entries(initial))
      this.initializers.set(`${name}.${key}`, floatTensor([size], new Float32Array(size).fill(value)))
    return this.add(
      name,
      'BatchNormalization',
      [x, ...Object.keys(initial).map((key) => `${name}.${key}`)],
      { epsilon: 1e-5, momentum: 0.9 },
      size,
    )
  }

  relu(name: string, x: string): string {
    return this.add(name, 'Relu', [x], {}, this.channelsOf(x))
  }

  relu6(name: string, x: string): string {
    this.initializers.set('zero', floatTensor([], [0]))
    this.initializers.set('six', floatTensor([], [6]))
    return this.add(name, 'Clip', [x, 'zero', 'six'], {}, this.channelsOf(x))
  }

  /** Any operator of one input that keeps the channel count. */
  unary(name: string, op: string, x: string, attributes: Attributes = {}): string {
    return this.add(name, op, [x], attributes, this.channelsOf(x))
  }

  binary(name: string, op: 'Add' | 'Mul', a: string, b: string): string {
    return this.add(name, op, [a, b], {}, this.channelsOf(a))
  }

  maxPool(name: string, x: string, kernel: number, stride: number, padding: number): string {
    return this.unary(name, 'MaxPool', x, {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
    })
  }

  /** Global average pooling and flattening: [N, C, H, W] → [N, C]. */
  pool(name: string, x: string): string {
    const pooled = this.unary(name, 'GlobalAveragePool', x)
    return this.unary(`${name}.flatten`, 'Flatten', pooled, { axis: 1 })
  }

  /** Weights normal(0, deviation), bias zero. */
  linear(name: string, x: string, out: number, deviation = 0.01): string {
    this.initializers.set(`${name}.weight`, this.normal([out, this.channelsOf(x)], deviation))
    this.initializers.set(`${name}.bias`, floatTensor([out], new Float32Array(out)))
    return this.add(name, 'Gemm', [x, `${name}.weight`, `${name}.bias`], { alpha: 1, beta: 1, transB: 1 }, out)
  }

  build(name: string, output: string, classes: number): Graph {
    const { channels, size } = this.input
    return {
      name,
      inputs: [{ name: 'input', dtype: 'float32', shape: ['batch', channels, size, size] }],
      outputs: [{ name: output, dtype: 'float32', shape: ['batch', classes] }],
      nodes: this.nodes,
      initializers: this.initializers,
      masks: new Map(),
      qparams: new Map(),
      metadata: {},
    }
  }

  private add(name: string, op: string, inputs: readonly string[], attributes: Attributes, channels: number): string {
    const output = `${name}.output`
    this.nodes.push({ name, op, inputs, outputs: [output], attributes })
    this.channels.set(output, channels)
    return output
  }

  private normal(shape: readonly number[], deviation: number): TensorData {
    return floatTensor(
      shape,
      Float32Array.from({ length: sizeOf(shape) }, () => this.random.normal() * deviation),
    )
  }
}
