import type { Inspection } from '../inspection'
import type { InspectionName } from '../names'
import { activation } from './activation'
import { augment } from './augment'
import { classify } from './classify'
import { exported } from './export'
import { layers } from './layers'
import { browse, pictures } from './pictures'
import { profile } from './profile'
import { pruneGroups } from './pruneGroups'
import { pruneMeasure } from './pruneMeasure'
import { prunePlan } from './prunePlan'
import { pruneSensitivity } from './pruneSensitivity'
import { pruneTimes } from './pruneTimes'
import { weight, weightNumbers } from './weight'

/** One function per procedure. */
export const inspections: { readonly [N in InspectionName]: Inspection<N> } = {
  'datasets.augment': augment,
  'datasets.browse': browse,
  'datasets.pictures': pictures,
  'versions.activation': activation,
  'versions.classify': classify,
  'versions.export': exported,
  'versions.layers': layers,
  'versions.profile': profile,
  'versions.pruneGroups': pruneGroups,
  'versions.pruneMeasure': pruneMeasure,
  'versions.prunePlan': prunePlan,
  'versions.pruneSensitivity': pruneSensitivity,
  'versions.pruneTimes': pruneTimes,
  'versions.weight': weight,
  'versions.weightValues': weightNumbers,
}
