import { collect } from '../../shared/registry'
import type { CodeSample } from './codeSample'

/** Programs that run a model, by language. */
export const codeSamples = collect<CodeSample>(
  'codeSample',
  import.meta.glob(['./*.ts', '!./codeSample.ts', '!./index.ts'], { eager: true }),
)
