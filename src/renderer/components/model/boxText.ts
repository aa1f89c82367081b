import { t } from '../../i18n'
import type { Colouring } from './colouring'
import type { GraphBox } from './graphLayout'

/** Color of a box, 0..1: for a stage, that of its strongest layer. */
export const strengthOf = ({ layers }: GraphBox, colouring: Colouring | undefined): number =>
  Math.max(0, ...layers.map(({ name }) => colouring?.strengths.get(name) ?? 0))

/** The number behind the color, so that color is never the only cue. */
function numberOf({ layers }: GraphBox, { strengths, texts }: Colouring): string | undefined {
  const [strongest] = layers
    .filter(({ name }) => texts.has(name))
    .sort((a, b) => (strengths.get(b.name) ?? 0) - (strengths.get(a.name) ?? 0))
  return strongest && texts.get(strongest.name)
}

/** What a box is, and its number. */
export function lineOf(box: GraphBox, colouring: Colouring | undefined): string {
  const kind = box.isStage ? t('model.layers', { count: box.layers.length }) : (box.layers[0]?.ops[0] ?? '')
  const number = colouring && numberOf(box, colouring)
  if (colouring === undefined || number === undefined) return kind
  return `${kind}, ${box.isStage ? t(colouring.ofStage, { number }) : number}`
}

/** The same for screen readers. */
export const labelOf = (box: GraphBox, line: string): string =>
  box.isStage ? t('model.stageOf', { stage: box.stage, line }) : `${box.stage} ${box.layers[0]?.label ?? ''}, ${line}`
