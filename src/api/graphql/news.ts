import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { readEventId } from '../event-stream.ts'
import type { Asker, LiveField } from './fields.ts'

const made = z.looseObject({ created_at: z.iso.datetime() })
/** The number of changes remembered as sent, or as older than the subscription. */
const mostKnown = 10_000
/** Reports a new item a little later, when it can be read. */
const overlapMs = 5_000

/**
 * Yields alerts or incidents that the subscriber may see, as they are created or change; first the ones missed since a cursor. Ends with
 * the stream of changes. Throws INVALID_REQUEST for an invalid cursor.
 */
export async function* tellNews(
  { kind, operation, onlyNew }: LiveField,
  { after }: { readonly after?: string | null },
  asker: Asker,
): AsyncGenerator<unknown> {
  const seen = after ? readCursor(after) : asker.lastSeen
  const since = seen === undefined ? asker.now() : seen - overlapMs
  const known = new Set<string>()
  for await (const change of asker.changes(seen)) {
    if (change.kind !== kind || (onlyNew && known.has(change.id))) continue
    asker.forget()
    const found = await asker.ask(operation, { id: change.id }).catch((error: unknown) => {
      // It no longer exists: merged, or removed with the samples.
      if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined
      throw error
    })
    if (found === undefined) continue
    known.add(change.id)
    if (known.size > mostKnown) for (const oldest of [...known].slice(0, mostKnown / 2)) known.delete(oldest)
    if (onlyNew && Date.parse(made.parse(found).created_at) < since) continue
    asker.reached(change)
    yield found
  }
}

const readCursor = (text: string): number => {
  const read = readEventId(text)
  if (read !== undefined) return read
  throw new AppError('INVALID_REQUEST', `"${text.slice(0, 80)}" is no cursor.`, {
    hint: 'Give extensions.cursor of the last document that came.',
  })
}
