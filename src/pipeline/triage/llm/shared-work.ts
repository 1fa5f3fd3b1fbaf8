import { unlessAborted } from '../../../lib/deadline/deadline.ts'

interface Work<Message, Answer> {
  readonly listeners: Set<(message: Message) => void>
  readonly answer: Promise<Answer>
  readonly stop: AbortController
  waiting: number
}

/** Runs one task at a time per key. Concurrent callers join it and receive later messages and the same answer. Aborts it without callers. */
export const createSharedWork = <Message, Answer>() => {
  const running = new Map<string, Work<Message, Answer>>()

  const begin = (
    name: string,
    work: (send: (message: Message) => void, signal: AbortSignal) => Promise<Answer>,
  ): Work<Message, Answer> => {
    const listeners = new Set<(message: Message) => void>()
    const stop = new AbortController()
    const send = (message: Message) => {
      for (const listener of listeners) listener(message)
    }
    const answer = work(send, stop.signal).finally(() => running.get(name) === begun && running.delete(name))
    const begun: Work<Message, Answer> = { listeners, answer, stop, waiting: 0 }
    running.set(name, begun)
    return begun
  }

  return async (
    name: string,
    work: (send: (message: Message) => void, signal: AbortSignal) => Promise<Answer>,
    { send, signal }: { readonly send?: ((message: Message) => void) | undefined; readonly signal: AbortSignal },
  ): Promise<Answer> => {
    signal.throwIfAborted()
    const joined = running.get(name) ?? begin(name, work)
    joined.waiting++
    if (send) joined.listeners.add(send)
    try {
      return await unlessAborted(joined.answer, signal)
    } finally {
      if (send) joined.listeners.delete(send)
      if (--joined.waiting === 0 && running.get(name) === joined) {
        running.delete(name)
        joined.stop.abort()
      }
    }
  }
}
