/** Multiplies [rows, inner] by [inner, columns]; the caller says what computes it. */
export type MatMul = (
  a: Float32Array,
  rows: number,
  b: Float32Array,
  inner: number,
  columns: number,
) => Promise<Float32Array>

/** Second moments of a layer's centred inputs, and of its centred targets with them: all that the squared error of an output depends on. */
export interface Moments {
  readonly fanIn: number
  readonly outputs: number
  /** Σ x xᵀ / rows, [fanIn, fanIn]. */
  readonly inputs: Float32Array
  /** Σ y xᵀ / rows, [outputs, fanIn]. */
  readonly cross: Float32Array
}

function centred(rows: Float32Array, columns: number): Float32Array {
  const count = rows.length / columns
  const means = new Float64Array(columns)
  rows.forEach((value, index) => (means[index % columns]! += value / count))
  return rows.map((value, index) => value - means[index % columns]!)
}

function transposed(rows: Float32Array, columns: number): Float32Array {
  const count = rows.length / columns
  const result = new Float32Array(rows.length)
  for (let row = 0; row < count; row++)
    for (let column = 0; column < columns; column++) result[column * count + row] = rows[row * columns + column]!
  return result
}

/** Moments of one group: `inputs` [rows, fanIn], `targets` [rows, outputs]. The bias takes care of means, so both are centred. */
export async function momentsOf(
  inputs: Float32Array,
  fanIn: number,
  targets: Float32Array,
  outputs: number,
  multiply: MatMul,
): Promise<Moments> {
  const rows = inputs.length / fanIn
  const x = centred(inputs, fanIn)
  const scaled = x.map((value) => value / rows)
  return {
    fanIn,
    outputs,
    inputs: await multiply(transposed(x, fanIn), fanIn, scaled, rows, fanIn),
    cross: await multiply(transposed(centred(targets, outputs), outputs), outputs, scaled, rows, fanIn),
  }
}

/** Adds a share of the mean input power to the diagonal, with the weights as its targets: few rows must not bend many weights. */
export function anchored({ fanIn, outputs, inputs, cross }: Moments, weights: Float32Array, share: number): Moments {
  let power = 0
  for (let index = 0; index < fanIn; index++) power += inputs[index * fanIn + index]! / fanIn
  const ridge = share * power
  return {
    fanIn,
    outputs,
    inputs: inputs.map((value, index) => (index % (fanIn + 1) === 0 ? value + ridge : value)),
    cross: cross.map((value, index) => value + ridge * weights[index]!),
  }
}
