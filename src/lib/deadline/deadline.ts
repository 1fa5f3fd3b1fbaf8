/** Resolves with the result of `work`, or rejects with the reason of the signal, whichever comes first. */
export const unlessAborted = async <Answer>(work: Promise<Answer>, signal: AbortSignal): Promise<Answer> => {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = () => reject(signal.reason)
  if (signal.aborted) stop()
  const forget = onAbort(signal, stop)
  try {
    return await Promise.race([promise, work])
  } finally {
    forget()
    // Nobody handles the failure of abandoned work.
    work.catch(() => undefined)
  }
}

/** As `unlessAborted`, but once the signal has aborted, the work has `ms` to end by itself. */
export const unlessStuck = async <Answer>(ms: number, work: Promise<Answer>, signal: AbortSignal): Promise<Answer> => {
  try {
    return await unlessAborted(work, signal)
  } catch (error) {
    if (!signal.aborted) throw error
    return await within(ms, work, () => {
      throw error
    })
  }
}

const waiting = new WeakMap<AbortSignal, { readonly stops: Set<() => void>; listen(): void }>()

/**
 * Calls `stop` when the signal aborts, unless the returned function was called before. All calls share one listener: a signal searches its
 * list for each listener that is added or removed, so thousands at once, one per lookup about many alerts, took more time than the lookups.
 */
const onAbort = (signal: AbortSignal, stop: () => void): (() => void) => {
  const shared = waiting.get(signal) ?? { stops: new Set(), listen: () => shared.stops.forEach((each) => void each()) }
  if (shared.stops.size === 0) {
    waiting.set(signal, shared)
    signal.addEventListener('abort', shared.listen)
  }
  shared.stops.add(stop)
  return () => {
    // A signal with a listener stays in memory.
    if (shared.stops.delete(stop) && shared.stops.size === 0) signal.removeEventListener('abort', shared.listen)
  }
}

/** Resolves with the result of `work`, or after a time with the result of `late`. */
export const within = async <Answer, Late>(
  ms: number,
  work: Promise<Answer>,
  late: () => Late,
): Promise<Answer | Late> => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, Math.max(0, ms))
  try {
    return await Promise.race([work, promise.then(late)])
  } finally {
    clearTimeout(timer)
    work.catch(() => undefined)
  }
}

/** Runs work with a signal that also aborts after a time, with the reason from `late`. */
export const limited = async <Answer>(
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Answer>,
  late: () => Error,
): Promise<Answer> => {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(late()), ms)
  try {
    return await work(AbortSignal.any([signal, limit.signal]))
  } finally {
    clearTimeout(timer)
  }
}

/** Waits. Returns false if the signal aborted the wait. */
export const pause = async (ms: number, signal: AbortSignal): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(resolve, ms, true)
  try {
    return await unlessAborted(promise, signal)
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}
