import { unlessAborted } from '../../../lib/deadline/deadline.ts'

interface Work<Told, Answer> {
  readonly listeners: Set<(told: Told) => void>
  readonly answer: Promise<Answer>
  readonly stop: AbortController
  waiting: number
}

/** Runs one task at a time per key. Concurrent callers join it and receive later messages and the same answer. Aborts it without callers. */
export const createSharedWork = <Told, Answer>() => {
  const running = new Map<string, Work<Told, Answer>>()

  const begin = (
    name: string,
    work: (tell: (told: Told) => void, signal: AbortSignal) => Promise<Answer>,
  ): Work<Told, Answer> => {
    const listeners = new Set<(told: Told) => void>()
    const stop = new AbortController()
    const tell = (told: Told) => {
      for (const listener of listeners) listener(told)
    }
    const answer = work(tell, stop.signal).finally(() => running.get(name) === begun && running.delete(name))
    const begun: Work<Told, Answer> = { listeners, answer, stop, waiting: 0 }
    running.set(name, begun)
    return begun
  }

  return async (
    name: string,
    work: (tell: (told: Told) => void, signal: AbortSignal) => Promise<Answer>,
    { tell, signal }: { readonly tell?: ((told: Told) => void) | undefined; readonly signal: AbortSignal },
  ): Promise<Answer> => {
    signal.throwIfAborted()
    const joined = running.get(name) ?? begin(name, work)
    joined.waiting++
    if (tell) joined.listeners.add(tell)
    try {
      return await unlessAborted(joined.answer, signal)
    } finally {
      if (tell) joined.listeners.delete(tell)
      if (--joined.waiting === 0 && running.get(name) === joined) {
        running.delete(name)
        joined.stop.abort()
      }
    }
  }
}
