import { randomBytes } from 'node:crypto'

const randomDigits = 4

/** A short id that sorts by time: `v-mq3k9a7b-7f2c`. */
export function createId(prefix: string, now: number = Date.now()): string {
  return `${prefix}-${now.toString(36)}-${randomBytes(randomDigits / 2).toString('hex')}`
}
