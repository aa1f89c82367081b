import type { InferenceThread } from '../inferenceWorker'
import { startInferenceThread } from '../inferenceWorker'
import type { SessionInfo } from '../messages'
import type { PoolCalls, Concurrency } from './calls'

/** Sessions of one model, each in its own thread. */
export interface SessionTeam {
  readonly info: SessionInfo
  readonly concurrency: Concurrency
  /** Waits for an idle session, in call order, and returns it when the work ends. */
  use<T>(work: (member: Member) => Promise<T>): Promise<T>
  /** Waits for active work, then releases the sessions one by one. */
  close(): Promise<void>
}

export interface Member {
  readonly thread: InferenceThread
  /** Whether it has run a batch of samples. */
  warm: boolean
}

/** The single session of each thread. */
export const onlySession = 0

/**
 * Opens the sessions one after another, so that they do not all read the model's weights at once. Throws onnxruntime's
 * error; nothing stays open then.
 */
export async function openSessions({
  source,
  concurrency,
  options,
}: PoolCalls['open']['params']): Promise<SessionTeam> {
  const members: Member[] = []
  const closeAll = async (): Promise<void> => {
    for (const { thread } of members) await thread.close()
  }
  try {
    const infos: SessionInfo[] = []
    for (let index = 0; index < concurrency.sessions; index++) {
      const thread = startInferenceThread()
      members.push({ thread, warm: false })
      infos.push(
        await thread.call('open', {
          session: onlySession,
          model: source,
          options: { ...options, threads: concurrency.threads },
        }),
      )
    }
    return team(infos[0]!, concurrency, members, closeAll)
  } catch (error) {
    await closeAll()
    throw error
  }
}

function team(
  info: SessionInfo,
  concurrency: Concurrency,
  members: readonly Member[],
  closeAll: () => Promise<void>,
): SessionTeam {
  const idle = [...members]
  const waiting: ((member: Member) => void)[] = []
  const running = new Set<Promise<unknown>>()
  const take = (): Promise<Member> =>
    new Promise((resolve) => {
      const member = idle.shift()
      if (member) resolve(member)
      else waiting.push(resolve)
    })
  const give = (member: Member): void => {
    const next = waiting.shift()
    if (next) next(member)
    else idle.push(member)
  }
  return {
    info,
    concurrency,
    use(work) {
      const done = take().then((member) => work(member).finally(() => give(member)))
      const settled = done.catch(() => undefined).finally(() => running.delete(settled))
      running.add(settled)
      return done
    },
    async close() {
      await Promise.all(running)
      await closeAll()
    },
  }
}
