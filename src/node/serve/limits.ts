const KiB = 2 ** 10
const MiB = 2 ** 20

/** What callers may take of the server, each by itself and all together. */
export const limits = {
  /** Connections at once, and pages (WebSockets) among them. */
  connections: 512,
  pages: 64,
  headerBytes: 16 * KiB,
  headersMs: 10_000,
  /** Until a request has arrived whole. */
  requestMs: 30_000,
  /** A connection on which nothing moves. */
  silentMs: 60_000,
  keptAliveMs: 5_000,
  tokenBytes: KiB,
  /** A message of a page, and what of it is text rather than bytes. */
  messageBytes: 32 * MiB,
  textBytes: MiB,
  /** Calls of a page that are under way, and their size: above either, nothing more is read from it. */
  openCalls: 256,
  openCallBytes: 16 * MiB,
  /** Replies that a page has not taken: above this its calls wait. */
  unreadBytes: 8 * MiB,
  /** A page that has so much to take, from events and from calls that were under way, is dropped. */
  mostUnreadBytes: 64 * MiB,
  /** A page that takes a reply slower than this is dropped. */
  slowestBytesPerSecond: 64 * KiB,
  patienceMs: 30_000,
  pingEveryMs: 15_000,
  /** Wrong tokens: so many at once, then one every so often. */
  wrongTokens: 20,
  wrongTokenEveryMs: 3_000,
} as const

export type Limits = { readonly [Name in keyof typeof limits]: number }
