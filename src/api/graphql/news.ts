import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Asker, LiveField } from './fields.ts'

const made = z.looseObject({ created_at: z.iso.datetime() })
/** How many are remembered as told, or as older than whoever follows. */
const mostKnown = 10_000

/** Tells of alerts or incidents as they are made or change, as whoever follows may see them. Ends when the changes do. */
export async function* tellNews({ kind, operation, onlyNew }: LiveField, asker: Asker): AsyncGenerator<unknown> {
  const since = asker.now()
  const known = new Set<string>()
  for await (const change of asker.changes()) {
    if (change.kind !== kind || (onlyNew && known.has(change.id))) continue
    asker.forget()
    const found = await asker.ask(operation, { id: change.id }).catch((error: unknown) => {
      // It is gone already: merged, or removed with the samples.
      if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined
      throw error
    })
    if (found === undefined) continue
    known.add(change.id)
    if (known.size > mostKnown) for (const oldest of [...known].slice(0, mostKnown / 2)) known.delete(oldest)
    if (!onlyNew || Date.parse(made.parse(found).created_at) >= since) yield found
  }
}
