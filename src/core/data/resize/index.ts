export { resizeBilinear, resizeWindow } from './resize'
export { centerWindow, shortSideSize } from './sizes'
