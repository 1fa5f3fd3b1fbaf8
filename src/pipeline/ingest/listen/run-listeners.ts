import type { Emit } from '../source.ts'
import type { CountDropped } from './dropped.ts'
import type { Inbox } from './inbox.ts'

/** Receives until the signal aborts. Throws if it cannot listen. */
type Listener = (signal: AbortSignal) => Promise<void>

/** Runs listeners and stores what they receive. If one fails, all end, and its error is thrown. */
export const runListeners = async (
  listeners: readonly Listener[],
  { inbox, emit, dropped }: { readonly inbox: Inbox; readonly emit: Emit; readonly dropped: CountDropped },
  signal: AbortSignal,
): Promise<void> => {
  const failure = new AbortController()
  const received = new AbortController()
  const end = AbortSignal.any([signal, failure.signal])
  const stored = inbox.run(emit, received.signal)
  const listening = listeners.map(async (listen) => {
    try {
      await listen(end)
    } catch (error) {
      failure.abort()
      throw error
    }
  })
  const outcomes = await Promise.allSettled(listening)
  received.abort()
  dropped('stopped', await stored)
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
}
