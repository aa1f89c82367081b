/** The slots through which a thread of the team receives work; all in shared memory. */
export interface Seat {
  /** Int32: ticket, answer, function index, parameter count. */
  readonly control: Int32Array
  /** The function's parameters; 32-bit addresses and floats both fit doubles. */
  readonly parameters: Float64Array
}

export const slot = { ticket: 0, answer: 1, functionIndex: 2, parameterCount: 3 } as const
const SLOTS = 4
const MOST_PARAMETERS = 32

/** Tickets count up from 1; this value ends the thread. */
export const lastTicket = -1
/** The answer while a function is running. */
export const unanswered = 0
/** The answer if the function failed. */
export const failedAnswer = -2

/** Spinning this long costs less than a wake-up by the system, which takes about 50 µs. */
const SPINS = 4000

export const newSeat = (): Seat => ({
  control: new Int32Array(new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT)),
  parameters: new Float64Array(new SharedArrayBuffer(MOST_PARAMETERS * Float64Array.BYTES_PER_ELEMENT)),
})

/** Waits until a slot differs from `old`, spinning first, then sleeping. Returns the new value. */
export function waitForChange(control: Int32Array, index: number, old: number): number {
  for (let spin = 0; spin < SPINS; spin++) {
    const value = Atomics.load(control, index)
    if (value !== old) return value
  }
  while (Atomics.load(control, index) === old) Atomics.wait(control, index, old)
  return Atomics.load(control, index)
}

/** Writes a slot and wakes its waiter. */
export function announce(control: Int32Array, index: number, value: number): void {
  Atomics.store(control, index, value)
  Atomics.notify(control, index)
}
