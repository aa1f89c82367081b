/** Where a thread of the team finds its work; all of it is shared memory. */
export interface Seat {
  /** Int32: ticket, answer, function's index, count of parameters. */
  readonly control: Int32Array
  /** Parameters of the function; 32-bit addresses and floats alike fit doubles. */
  readonly parameters: Float64Array
}

export const slot = { ticket: 0, answer: 1, functionIndex: 2, parameterCount: 3 } as const
const SLOTS = 4
const MOST_PARAMETERS = 32

/** Tickets count from 1; this one sends the thread home. */
export const lastTicket = -1
/** The answer while a function runs. */
export const unanswered = 0
/** What a thread answers in place of the ticket when its function failed. */
export const failedAnswer = -2

/** A wait this long costs less than the system's wake-up, which takes some 50 µs. */
const SPINS = 4000

export const newSeat = (): Seat => ({
  control: new Int32Array(new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT)),
  parameters: new Float64Array(new SharedArrayBuffer(MOST_PARAMETERS * Float64Array.BYTES_PER_ELEMENT)),
})

/** Waits until a slot differs from `old`: awake at first, then asleep. Returns what it holds then. */
export function waitForChange(control: Int32Array, index: number, old: number): number {
  for (let spin = 0; spin < SPINS; spin++) {
    const value = Atomics.load(control, index)
    if (value !== old) return value
  }
  while (Atomics.load(control, index) === old) Atomics.wait(control, index, old)
  return Atomics.load(control, index)
}

/** Writes a slot and wakes whoever waits for it. */
export function announce(control: Int32Array, index: number, value: number): void {
  Atomics.store(control, index, value)
  Atomics.notify(control, index)
}
