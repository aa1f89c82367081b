import { oneof } from 'fast-check'
import type { FuzzKind } from '../kind'
import { ofText } from '../kind'
import { byteMutations, textMutations } from '../mutations'
import { archive } from './archive'

const csv = `file,class,split
images/1.png,cat,train
"images/2, 3.png","a ""dog""",val
images/4.jpg,cat,test
`
const rows = [
  { file: 'images/1.png', class: 'cat', split: 'train' },
  { file: 'images/2.png', class: 'dog', split: 'test' },
]

/** Files that name the class of each image. */
export const labels: FuzzKind = {
  ...archive,
  id: 'labels',
  seeds: async () => [
    { name: 'labels.csv', bytes: Buffer.from(csv) },
    { name: 'labels.json', bytes: Buffer.from(JSON.stringify(rows)) },
    { name: 'map.json', bytes: Buffer.from(JSON.stringify({ 'images/1.png': 'cat', 'images/2.png': 'dog' })) },
  ],
  mutations: oneof(byteMutations, textMutations.map(ofText)),
}
