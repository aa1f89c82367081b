/** Progress of an installation: `done` and `total` in bytes, if known. */
export interface InstallProgress {
  readonly phase: 'find' | 'download' | 'extract' | 'compile' | 'verify'
  readonly message: string
  readonly doneBytes?: number
  readonly totalBytes?: number
}

export type OnProgress = (progress: InstallProgress) => void
