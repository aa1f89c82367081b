/** Procedures that the inspecting process answers. */
export const inspectionNames = ['datasets.augment', 'datasets.browse', 'datasets.pictures', 'versions.classify'] as const
export type InspectionName = (typeof inspectionNames)[number]
