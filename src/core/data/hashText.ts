import { mix } from './random'

/** Offset basis and prime of FNV-1a, 32 bits (Fowler, Noll and Vo). */
const basis = 0x811c9dc5
const prime = 0x01000193

/** A 32-bit number out of a text and a seed (FNV-1a over UTF-16 units, finished as MurmurHash3); the same on every machine. Not for security. */
export function hashText(text: string, seed = 0): number {
  let hash = basis ^ mix(seed)
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), prime)
  return mix(hash)
}
