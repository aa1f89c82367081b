/** Procedures that the inspecting process answers. */
export const inspectionNames = ['datasets.augment', 'datasets.browse', 'datasets.pictures', 'versions.activation', 'versions.classify', 'versions.layers', 'versions.profile', 'versions.weight', 'versions.weightValues'] as const
export type InspectionName = (typeof inspectionNames)[number]
