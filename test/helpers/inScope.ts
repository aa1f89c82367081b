import { engine } from '@tensorflow/tfjs-core'

/** tidy for code that waits for its numbers: what was made is freed at the end. */
export async function inScope<T>(run: () => Promise<T>): Promise<T> {
  engine().startScope()
  try {
    return await run()
  } finally {
    engine().endScope()
  }
}
