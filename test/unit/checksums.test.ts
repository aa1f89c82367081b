import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openStore } from '../../src/node/store'
import { commitVersion } from '../../src/node/store/commitVersion'
import { assertUnchanged } from '../../src/node/store/verify'
import { temporaryFolder } from '../helpers/temporary'

it('a version whose model or training weights have a flipped bit is not used', async () => {
  const store = await openStore(join(temporaryFolder('checksums'), 'workspace'))
  const make = (name: string, parentId: string | null) =>
    commitVersion(
      store,
      {
        name,
        origin: 'imported',
        precision: 'fp32',
        parentId,
        runId: null,
        architecture: 'tiny',
        inputSize: { height: 8, width: 8 },
        classes: [],
        classCount: 2,
        trainable: true,
        step: { step: 'import' },
        warnings: [],
      },
      new Map([
        ['model.onnx', Uint8Array.of(1, 2, 3)],
        ['training.safetensors', Uint8Array.of(4, 5, 6)],
      ]),
    )
  const parent = await make('parent', null)
  await make('child', parent.id)
  await assertUnchanged(store, parent)
  for (const file of [store.paths.model(parent.id), store.paths.trainingState(parent.id)]) {
    const whole = readFileSync(file)
    writeFileSync(
      file,
      whole.map((byte, at) => (at === 1 ? byte ^ 4 : byte)),
    )
    await expect(assertUnchanged(store, parent)).rejects.toThrow(
      /^version 'parent': '.*' is damaged: expected SHA-256 .*; versions made from it: child$/,
    )
    writeFileSync(file, whole)
  }
  await assertUnchanged(store, parent)
  await store.close()
})
