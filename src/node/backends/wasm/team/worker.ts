// A thread of the team: runs the kernels that its seat specifies, on the shared memory.
import { parentPort, workerData } from 'node:worker_threads'
import { createProgram, functionNames } from '../simd/program'
import type { Program } from '../simd/program'
import type { Seat } from './seat'
import { announce, failedAnswer, lastTicket, slot, waitForChange } from './seat'

/** What the team passes to a thread at its start. */
export interface TeamWorkerData {
  readonly memory: WebAssembly.Memory
  readonly seat: Seat
}

function work(run: Program, { control, parameters }: Seat): void {
  for (let ticket = 0; ;) {
    ticket = waitForChange(control, slot.ticket, ticket)
    if (ticket === lastTicket) return
    let answer = ticket
    try {
      run(functionNames[control[slot.functionIndex]!]!, ...parameters.subarray(0, control[slot.parameterCount]))
    } catch {
      // A kernel can only fail by accessing memory out of bounds; the requesting thread reports which kernel it was.
      answer = failedAnswer
    }
    announce(control, slot.answer, answer)
  }
}

const { memory, seat } = workerData as TeamWorkerData
const run = createProgram(memory)
parentPort?.postMessage('ready')
work(run, seat)
