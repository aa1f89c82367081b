/**
 * The floors of src/core, lowest first. A folder may import from the floors below its own; folders on one floor do not know each other.
 * ESLint bans every other import (eslint.config.mjs); docs/architecture.md says what each folder holds.
 */
export const floors = [
  ['graph'],
  ['data', 'fakeQuant', 'kernels'],
  ['architectures', 'codeSamples', 'ops', 'recipe'],
  ['passes'],
  ['execute', 'measure', 'onnx'],
  ['train'],
  ['prune', 'quantize'],
  ['deploy'],
  ['layers'],
]

/** For each folder, those that it must not import: every one on its own floor or above. */
export const banned = Object.fromEntries(
  floors.flatMap((floor, level) =>
    floor.map((folder) => [
      folder,
      floors
        .slice(level)
        .flat()
        .filter((other) => other !== folder),
    ]),
  ),
)
