import envPaths from 'env-paths'
import { join } from 'node:path'

/** Read at every call: tests and wrappers change the environment. */
const platformFolders = () => envPaths('nnopt', { suffix: '' })

/** Where native runtimes are installed: $NNOPT_RUNTIME, else the platform's data folder of the user. */
export const runtimeFolder = (): string => process.env.NNOPT_RUNTIME ?? join(platformFolders().data, 'runtime')

/** Where files lie that can be made again at any time: $NNOPT_CACHE, else the platform's cache folder of the user. */
export const cacheFolder = (): string => process.env.NNOPT_CACHE ?? platformFolders().cache
