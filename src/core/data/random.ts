/** A reproducible stream of numbers. */
export interface Random {
  /** In [0, 1), 32 random bits. */
  uniform(): number
  /** Standard normal (Box and Muller, 1958). */
  normal(): number
  /** An integer in [0, below). */
  integer(below: number): number
}

/** Mixes the bits of a 32-bit integer (the finaliser of MurmurHash3, Appleby 2011). */
export function mix(value: number): number {
  let hash = value | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Golden-ratio increment of Weyl sequences: keeps equal keys at different positions apart. */
const weyl = 0x9e3779b9

/**
 * A stream that depends on its keys alone, such as (seed, epoch, sample, transform): the same numbers come out whichever worker asks, and in whatever order.
 * Generator: sfc32 (Doty-Humphrey, PractRand).
 */
export function createRandom(...keys: readonly number[]): Random {
  const key = keys.reduce((hash, value) => mix((hash + weyl) ^ mix(value)), keys.length)
  let [a, b, c, counter] = [mix(key), mix(key + weyl), mix(key ^ weyl), 1]
  const next = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return sum >>> 0
  }
  for (let round = 0; round < 12; round++) next()
  const uniform = (): number => next() / 2 ** 32
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    integer: (below) => Math.floor(uniform() * below),
  }
}

/** 0 … count − 1 in random order (Fisher and Yates). */
export function shuffled(count: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index)
  for (let index = count - 1; index > 0; index--) {
    const other = random.integer(index + 1)
    const moved = order[index]!
    order[index] = order[other]!
    order[other] = moved
  }
  return order
}
