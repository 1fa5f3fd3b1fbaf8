/** Answers what `work` answers, or rejects with the reason of the signal, whatever comes first. */
export const unlessAborted = async <Answer>(work: Promise<Answer>, signal: AbortSignal): Promise<Answer> => {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = () => reject(signal.reason)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([promise, work])
  } finally {
    signal.removeEventListener('abort', stop)
    // Nobody listens to abandoned work any more.
    work.catch(() => undefined)
  }
}

/** Answers what `work` answers, or after a time what `late` answers. */
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

/** Runs work with a signal that also aborts after a time, for the reason that `late` gives. */
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
