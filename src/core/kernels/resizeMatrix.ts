/** How positions of the output lie among those of the input, as ONNX's Resize names it. */
export const coordinateModes = [
  'half_pixel',
  'half_pixel_symmetric',
  'pytorch_half_pixel',
  'align_corners',
  'asymmetric',
  'tf_half_pixel_for_nn',
] as const

export const nearestModes = ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'] as const

interface ResizeModes {
  readonly mode: 'nearest' | 'linear' | 'cubic'
  readonly coordinate_transformation_mode: (typeof coordinateModes)[number]
  readonly nearest_mode: (typeof nearestModes)[number]
  readonly cubic_coeff_a: number
  readonly exclude_outside: number
}

/** Resizing an axis is linear: this is its matrix [output, input], row-major (ONNX Resize-13, reference implementation). */
export function resizeMatrix(input: number, output: number, scale: number, modes: ResizeModes): Float32Array {
  const matrix = new Float32Array(output * input)
  for (let row = 0; row < output; row++)
    for (const [column, weight] of taps(sourcePosition(row, input, output, scale, modes), input, modes))
      matrix[row * input + column]! += weight
  return matrix
}

/** In single precision, as onnxruntime computes it: where a position lies between two neighbours, rounding decides. */
function sourcePosition(x: number, input: number, output: number, scale: number, modes: ResizeModes): number {
  const scaled = (position: number): number => Math.fround(position / Math.fround(scale))
  switch (modes.coordinate_transformation_mode) {
    case 'half_pixel':
      return scaled(x + 0.5) - 0.5
    case 'half_pixel_symmetric': {
      const centre = (input / 2) * (1 - output / (input * scale))
      return centre + scaled(x + 0.5) - 0.5
    }
    case 'pytorch_half_pixel':
      return output > 1 ? scaled(x + 0.5) - 0.5 : 0
    case 'align_corners':
      return output > 1 ? Math.fround((x * (input - 1)) / (output - 1)) : 0
    case 'asymmetric':
      return scaled(x)
    case 'tf_half_pixel_for_nn':
      return scaled(x + 0.5)
  }
}

type Tap = readonly [position: number, weight: number]

const inside = (position: number, size: number): number => Math.min(size - 1, Math.max(0, position))

function taps(at: number, size: number, modes: ResizeModes): readonly Tap[] {
  if (modes.mode === 'nearest') return [[inside(nearest(at, modes.nearest_mode), size), 1]]
  if (modes.mode === 'cubic') return cubicTaps(at, size, modes)
  const [clamped, low] = [inside(at, size), Math.floor(inside(at, size))]
  return [
    [low, 1 - (clamped - low)],
    [inside(low + 1, size), clamped - low],
  ]
}

function nearest(at: number, mode: ResizeModes['nearest_mode']): number {
  if (mode === 'floor') return Math.floor(at)
  if (mode === 'ceil') return Math.ceil(at)
  return mode === 'round_prefer_ceil' ? Math.floor(at + 0.5) : Math.ceil(at - 0.5)
}

/** Cubic convolution over four neighbours (Keys, 1981). */
function cubicTaps(at: number, size: number, { cubic_coeff_a: a, exclude_outside: excludes }: ResizeModes): Tap[] {
  const low = Math.floor(at)
  const all = [-1, 0, 1, 2].map((offset): Tap => [low + offset, cubicWeight(Math.abs(at - low - offset), a)])
  if (!excludes) return all.map(([position, weight]) => [inside(position, size), weight])
  const known = all.filter(([position]) => position >= 0 && position < size)
  const total = known.reduce((sum, [, weight]) => sum + weight, 0)
  return known.map(([position, weight]) => [position, weight / total])
}

const cubicWeight = (distance: number, a: number): number =>
  distance <= 1
    ? ((a + 2) * distance - (a + 3)) * distance ** 2 + 1
    : ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
