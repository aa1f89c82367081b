export { resizeBilinear, resizeWindow } from './resize'
export type { Box } from './resize'
export { centerWindow, shortSideSize } from './sizes'
