import { within } from '../../lib/deadline/deadline.ts'

interface PauseOptions {
  /** The time without a chunk that is a pause. */
  readonly quietMs: number
  /** The time without a chunk that is a silence: writers pause within a document. */
  readonly silentMs?: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Reads a stream, and says when nothing has come for a time: `pause`, and after a longer one `silence`, once each. Reads ahead only after a
 * chunk is used, so that a faster sender waits. Ends when the signal aborts, without waiting for an idle stream.
 */
export async function* readWithPauses<Chunk>(
  stream: AsyncIterable<Chunk>,
  { quietMs, silentMs = 30_000, signal }: PauseOptions,
): AsyncGenerator<Chunk | 'pause' | 'silence'> {
  const chunks = stream[Symbol.asyncIterator]()
  const aborted = Promise.withResolvers<'abort'>()
  const abort = () => aborted.resolve('abort')
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, { once: true })
  let next = chunks.next()
  let waits = [quietMs, silentMs]
  try {
    for (;;) {
      const [wait] = waits
      const work = Promise.race([next, aborted.promise])
      const came = wait === undefined ? await work : await within(wait, work, (): 'late' => 'late')
      if (came === 'abort') return
      if (came === 'late') {
        yield waits.length > 1 ? 'pause' : 'silence'
        waits = waits.slice(1)
        continue
      }
      if (came.done) return
      yield came.value
      waits = [quietMs, silentMs]
      next = chunks.next()
    }
  } finally {
    signal?.removeEventListener('abort', abort)
    // Do not wait, because an idle pipe would never answer.
    next.catch(() => undefined)
    chunks.return?.().catch(() => undefined)
  }
}
