import { deviceName } from '../access/isPlainPath'

/** Room for what is added to a name, such as '.partial'. */
const longestBytes = 200

/** A file name that is safe on every system, from whatever a browser sends: the last part of a path, without control and special characters. */
export function uploadName(fileName: string): string {
  const last = fileName.split(/[\\/]/).at(-1) ?? ''
  const plain = last.replace(/[\p{Cc}\p{Cf}\p{Cs}<>:"|?*]/gu, '_').replace(/^[. ]+|[. ]+$/g, '')
  const named = deviceName.test(plain) ? `_${plain}` : plain
  return shortened(named) || 'upload'
}

/** Keeps the end, with the extension. */
function shortened(name: string): string {
  const characters = [...name]
  while (Buffer.byteLength(characters.join('')) > longestBytes) characters.shift()
  return characters.join('')
}
