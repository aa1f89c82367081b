import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { atLeast } from '../../../../shared/atLeast'
import { NNOptError } from '../../../../shared/errors'
import { engineFile } from '../../../engineFile'
import { createProgram, functionNames } from '../simd/program'
import type { Seat } from './seat'
import { announce, failedAnswer, lastTicket, newSeat, slot, unanswered, waitForChange } from './seat'
import type { TeamWorkerData } from './worker'

/** Tickets wrap around here; only consecutive ones must differ. */
const lastingTickets = 2 ** 30

/** A function of simd/*.ts and its parameters. */
export type Call = readonly [name: string, ...parameters: number[]]

/** Threads that run kernels on one memory in parallel, including the calling thread. */
export interface Team {
  readonly threads: number
  /**
   * Runs at most one call per thread, in parallel; calls must not write what others read or write. Throws `internal` if
   * one fails.
   */
  run(calls: readonly Call[]): void
  dispose(): void
}

interface Member {
  readonly worker: Worker
  readonly seat: Seat
  ticket: number
}

export async function createTeam(memory: WebAssembly.Memory, threads: number): Promise<Team> {
  const run = createProgram(memory)
  const members = await Promise.all(Array.from({ length: threads - 1 }, (_, index) => hire(memory, index)))
  return {
    threads,
    run: (calls) => {
      const [own, ...others] = atLeast(1, calls)
      others.forEach((call, index) => hand(members[index]!, call))
      try {
        run(...own)
      } finally {
        others.forEach(([name], index) => collect(members[index]!, name))
      }
    },
    dispose: () => members.forEach(({ seat: { control } }) => announce(control, slot.ticket, lastTicket)),
  }
}

async function hire(memory: WebAssembly.Memory, index: number): Promise<Member> {
  const seat = newSeat()
  const worker = new Worker(engineFile('wasm'), {
    name: `wasm ${index + 2}`,
    workerData: { memory, seat } satisfies TeamWorkerData,
  })
  await once(worker, 'message')
  worker.unref()
  return { worker, seat, ticket: 0 }
}

function hand(member: Member, [name, ...parameters]: Call): void {
  const { control, parameters: place } = member.seat
  control[slot.functionIndex] = functionNames.indexOf(name)
  control[slot.parameterCount] = parameters.length
  place.set(parameters)
  Atomics.store(control, slot.answer, unanswered)
  member.ticket = (member.ticket % lastingTickets) + 1
  announce(control, slot.ticket, member.ticket)
}

function collect({ seat: { control } }: Member, name: string): void {
  if (waitForChange(control, slot.answer, unanswered) === failedAnswer)
    throw new NNOptError('internal', `a thread of the wasm backend failed in '${name}': memory access out of bounds`)
}
