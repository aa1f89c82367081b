import type { Inspection } from '../inspection'
import type { InspectionName } from '../names'
import { augment } from './augment'
import { classify } from './classify'
import { browse, pictures } from './pictures'

/** One function a name. */
export const inspections: { readonly [N in InspectionName]: Inspection<N> } = {
  'datasets.augment': augment,
  'datasets.browse': browse,
  'datasets.pictures': pictures,
  'versions.classify': classify,
}
