import { AppError } from '../../errors.ts'
import { plural } from '../../lib/units/number.ts'

/** A request in the queue. */
export interface Turn {
  /** Resolves when the request may run; rejects when the signal aborts before. */
  turn(signal?: AbortSignal): Promise<void>
  /** Ends the request, whether it ran or not. */
  leave(): void
}

interface Waiting {
  readonly caller: string
  start?: () => void
}

/** How soon to try again, in seconds. */
const retryAfter = 5

/**
 * Lets requests run one at a time. At most `waiting` others wait, and one caller never takes the last place. The caller that ran least
 * recently goes first, so that many requests of one caller delay another caller by one request only.
 */
export const createTurns = (waiting: number): { enter(caller: string): Turn } => {
  const places = new Set<Waiting>()
  const lastStart = new Map<string, number>()
  let starts = 0
  let running: Waiting | undefined

  const next = (): void => {
    if (running) return
    // Sets iterate in order of arrival, and sorting is stable.
    const [first] = [...places]
      .filter(({ start }) => start !== undefined)
      .sort((a, b) => (lastStart.get(a.caller) ?? 0) - (lastStart.get(b.caller) ?? 0))
    if (!first) return
    running = first
    lastStart.set(first.caller, ++starts)
    first.start?.()
  }

  return {
    enter(caller) {
      const own = [...places].filter((place) => place.caller === caller).length
      if (own >= Math.max(1, waiting)) throw tooManyOfOne(own)
      if (places.size > waiting) throw full(places.size)
      const place: Waiting = { caller }
      places.add(place)
      return {
        turn: (signal) =>
          new Promise((resolve, reject) => {
            const gone = () => {
              delete place.start
              reject(signal?.reason)
            }
            if (signal?.aborted) return gone()
            signal?.addEventListener('abort', gone, { once: true })
            place.start = () => {
              delete place.start
              signal?.removeEventListener('abort', gone)
              resolve()
            }
            next()
          }),
        leave() {
          places.delete(place)
          if (![...places].some((other) => other.caller === caller)) lastStart.delete(caller)
          if (running === place) running = undefined
          next()
        },
      }
    },
  }
}

const tooManyOfOne = (own: number): AppError =>
  new AppError('RATE_LIMITED', `You already have ${plural(own, 'analysis', 'analyses')} running or waiting.`, {
    hint: 'Wait until one of them has finished.',
    retryable: true,
    retryAfter,
  })

const full = (count: number): AppError =>
  new AppError('UNAVAILABLE', `The analysis queue is full: ${count} requests are running or waiting.`, {
    hint: 'Retry later, or raise analysis.waiting.',
    retryable: true,
    retryAfter,
  })
