/** Adding and subtracting 1.5 · 2^52 leaves no fraction bits, and IEEE 754 rounds halves to even on the way. */
const roundingMagic = 1.5 * 2 ** 52

/** Nearest integer, halves to the even one, as onnxruntime and torch round; exact for |x| < 2^51. */
export const roundHalfToEven = (x: number): number => x + roundingMagic - roundingMagic

export const clamp = (x: number, min: number, max: number): number => Math.min(max, Math.max(min, x))
