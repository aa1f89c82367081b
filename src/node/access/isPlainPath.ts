/** Devices of Windows, in every folder, with or without an extension. */
export const deviceName = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/** Whether a path means a plain file or folder of this system: no control characters, no path of another system, no Windows device, no stream beside a file. */
export function isPlainPath(path: string, platform: NodeJS.Platform = process.platform): boolean {
  if (/\p{Cc}/u.test(path)) return false
  if (platform !== 'win32') return !path.includes('\\') && !/^[A-Za-z]:/.test(path)
  const parts = path.replace(/^[A-Za-z]:/, '').split(/[\\/]/)
  return parts.every((part) => !part.includes(':') && !deviceName.test(part))
}
