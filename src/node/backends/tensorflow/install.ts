export { installTensorflow, type InstallOptions } from './install/index'
export type { InstallProgress } from './install/progress'
