import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { quantizationFacts } from '../../shared/types'
import type { QuantizationFacts, Version } from '../../shared/types'
import type { Store } from './index'

/** What was found out when a version was quantized; null for other versions. */
export function quantizationFactsOf(
  { paths }: Pick<Store, 'paths'>,
  { id }: Pick<Version, 'id'>,
): QuantizationFacts | null {
  const file = join(paths.version(id), 'details.json')
  if (!existsSync(file)) return null
  const { quantization } = JSON.parse(readFileSync(file, 'utf8')) as { readonly quantization?: unknown }
  return quantizationFacts.safeParse(quantization).data ?? null
}
