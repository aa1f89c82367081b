import type { Page } from '@playwright/test'
import { en } from '../../src/renderer/i18n/en'
import { contract } from '../../src/shared/contract'
import type { ParamsOf, ProcedureName, ResultOf } from '../../src/shared/contract'
import type { Run, RunStatus } from '../../src/shared/types'
import { expect } from './fixtures'

/** Waits until the page shows a screen and has its own port to the engine. */
export async function expectConnected(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(page.getByText(en['connection.connecting'])).toBeHidden()
}

/** Calls the engine over a port of its own, which the page gets as the program's own scripts do. */
export async function call<N extends ProcedureName>(page: Page, name: N, params: ParamsOf<N>): Promise<ResultOf<N>> {
  await expectConnected(page)
  return contract[name].result.parse(await page.evaluate(callFromPage, { name, params })) as ResultOf<N>
}

/** Runs in the page. */
const callFromPage = ({ name, params }: { readonly name: string; readonly params: unknown }): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const receive = ({ data, ports: [port] }: MessageEvent<unknown>): void => {
      if (data !== 'nnopt-engine-port' || !port) return
      window.removeEventListener('message', receive)
      port.onmessage = ({ data: { type, result, error } }) => {
        port.close()
        if (type === 'result') resolve(result)
        else reject(new Error(error.message))
      }
      port.postMessage({ type: 'call', id: 1, name, params })
    }
    window.addEventListener('message', receive)
    window.postMessage({ nnopt: 'engine' }, location.origin)
  })

/** Waits until a run has a status. */
export async function expectStatus(page: Page, run: Run, ...expected: readonly RunStatus[]): Promise<void> {
  await expect.poll(async () => (await call(page, 'runs.get', { run: run.id })).status).toMatch(expected.join('|'))
}

/** Adds a data set of a few pictures and waits for it. */
export async function addPictures(page: Page, folder: string): Promise<void> {
  const run = await call(page, 'datasets.add', { name: 'pictures', paths: [folder] })
  await expectStatus(page, run, 'done')
}

/** Queues a training that takes long enough for everything that a test does meanwhile, unless it is given fewer epochs. */
export const startTraining = (page: Page, name: string, epochs = 10_000): Promise<Run> =>
  call(page, 'runs.start', {
    recipe: {
      name,
      steps: [{ step: 'train', architecture: 'tiny-cnn', dataset: 'pictures', name, epochs, backend: 'wasm' }],
    },
  })
