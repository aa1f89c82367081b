import { NNOptError } from '../../shared/errors'
import { methodOf } from './config'
import type { PruneConfig } from './config'

const fail = (field: keyof PruneConfig, message: string): never => {
  throw new NNOptError('wrongCall', message, { field })
}

/** Throws `wrongCall` where the amount is missing, is given twice, or belongs to the other kind of method. */
export function checkPruneConfig(config: PruneConfig): void {
  const { method, amount, nm, keep, pruningRatio, layerAmounts } = config
  const [ratios, amounts] = [Object.keys(pruningRatio).length > 0, Object.keys(layerAmounts).length > 0]
  if (methodOf(config).structured) {
    if (amount !== undefined)
      fail(
        'amount',
        `method '${method}' removes channels: expected keep, such as macs=0.5, or pruningRatio per layer, got amount ${amount}`,
      )
    if (nm !== undefined || amounts)
      fail(
        nm !== undefined ? 'nm' : 'layerAmounts',
        `method '${method}' removes channels: ${nm !== undefined ? 'nm' : 'layerAmounts'} is for unstructured methods`,
      )
    if (keep === undefined && !ratios)
      fail('keep', `method '${method}': expected keep, such as macs=0.5, or pruningRatio per layer`)
    return
  }
  if (keep !== undefined || ratios)
    fail(
      keep !== undefined ? 'keep' : 'pruningRatio',
      `method '${method}' removes individual weights: expected amount or nm, got ${keep !== undefined ? `keep ${keep.target}=${keep.share}` : 'pruningRatio'}`,
    )
  if (nm !== undefined && (amount !== undefined || amounts))
    fail('nm', 'nm already determines the amount: expected either nm or amount')
  if (nm === undefined && amount === undefined)
    fail('amount', `method '${method}': expected amount, such as 0.7, or nm, such as 2:4`)
}
