/** Procedures that the inspection process answers. */
export const inspectionNames = [
  'datasets.augment',
  'datasets.browse',
  'datasets.pictures',
  'versions.activation',
  'versions.classify',
  'versions.export',
  'versions.layers',
  'versions.profile',
  'versions.pruneGroups',
  'versions.pruneMeasure',
  'versions.prunePlan',
  'versions.pruneSensitivity',
  'versions.pruneTimes',
  'versions.weight',
  'versions.weightValues',
] as const
export type InspectionName = (typeof inspectionNames)[number]
