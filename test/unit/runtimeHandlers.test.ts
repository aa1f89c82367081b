import { describe, expect, it } from 'vitest'
import { runtimeHandlers } from '../../src/node/handlers/runtime'
import type { InstallOptions } from '../../src/node/backends/tensorflow/install'

const context = { signal: new AbortController().signal, emit: (): void => {} }

/** Handlers around an installation that goes on until `end` is called. */
function stage() {
  const begun: InstallOptions[] = []
  let end: (error?: Error) => void = () => {}
  const handlers = runtimeHandlers((options) => {
    begun.push(options)
    return new Promise((resolve, reject) => {
      end = (error) => (error ? reject(error) : resolve())
      options.signal?.addEventListener('abort', () => reject(new Error('stopped')))
    })
  }, 'linux')
  const settled = async (error?: Error): Promise<void> => {
    end(error)
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
  return { handlers, begun, settled }
}

describe('the installation of TensorFlow from the interface', () => {
  it('is begun once, however often it is asked for, and says how far it is', async () => {
    const { handlers, begun, settled } = stage()
    expect(
      await handlers['runtime.install']({ gpu: true, packageIndex: 'http://127.0.0.1:1/simple' }, context),
    ).toMatchObject({ progress: { phase: 'find' }, problem: null })
    await handlers['runtime.install']({ gpu: false, packageIndex: undefined }, context)
    expect(begun).toMatchObject([{ gpu: true, packageIndex: 'http://127.0.0.1:1/simple' }])
    begun[0]?.onProgress({ phase: 'download', message: 'a wheel', doneBytes: 5, totalBytes: 10 })
    expect(await handlers['runtime.status']({}, context)).toMatchObject({
      progress: { phase: 'download', message: 'a wheel', doneBytes: 5, totalBytes: 10 },
    })
    await settled()
    expect(await handlers['runtime.status']({}, context)).toMatchObject({ progress: null, problem: null })
  })

  it('keeps the reason of a failure until the next attempt', async () => {
    const { handlers, settled } = stage()
    await handlers['runtime.install']({ gpu: false, packageIndex: undefined }, context)
    await settled(new Error('the disk is full'))
    expect(await handlers['runtime.status']({}, context)).toMatchObject({ progress: null, problem: 'the disk is full' })
    expect(await handlers['runtime.install']({ gpu: false, packageIndex: undefined }, context)).toMatchObject({
      problem: null,
      progress: { phase: 'find' },
    })
  })

  it('can be stopped, which is no failure', async () => {
    const { handlers, settled } = stage()
    await handlers['runtime.install']({ gpu: false, packageIndex: undefined }, context)
    await handlers['runtime.cancel']({}, context)
    await settled()
    expect(await handlers['runtime.status']({}, context)).toMatchObject({ progress: null, problem: null })
  })

  it('says where TensorFlow cannot be had', async () => {
    expect(await runtimeHandlers(async () => {}, 'win32')['runtime.status']({}, context)).toMatchObject({
      isSupported: false,
    })
  })
})
