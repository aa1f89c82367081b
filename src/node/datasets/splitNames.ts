import type { Split } from '../../shared/types/dataset'

const names: Readonly<Record<string, Split>> = {
  train: 'train',
  training: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  test: 'test',
  testing: 'test',
}

/** Every word for a split. */
export const splitNames = Object.keys(names)

/** The split for a folder name, or undefined. */
export const splitNamed = (name: string): Split | undefined =>
  Object.hasOwn(names, name.toLowerCase()) ? names[name.toLowerCase()] : undefined
