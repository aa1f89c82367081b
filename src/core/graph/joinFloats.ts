/** Numbers of several lists, one behind the other. */
export function joinFloats(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  parts.reduce((offset, part) => (whole.set(part, offset), offset + part.length), 0)
  return whole
}
