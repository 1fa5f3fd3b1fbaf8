import type { Kysely } from 'kysely'
import type { Tables } from '../database.ts'
import type { AlertState } from './alert-memory.ts'

/** The number of index rows per statement: enough for speed, too few to delay other work. */
const size = 1_000

interface Position {
  readonly changed_at: number
  readonly alert_id: string
}

/** A range of the index, in the order in which alerts changed. */
export interface AlertWindow {
  readonly after: Position
  /** Its last row; undefined in the last window, which ends with `upTo`. */
  readonly last: Position | undefined
  readonly upTo: number
}

interface Range {
  readonly state?: AlertState
  readonly upTo?: number
}

/**
 * Cuts the index into windows, the alerts that have not changed for longest first. An alert that changes meanwhile moves to a later
 * window, so that a reader of all windows meets it at least once.
 */
export async function* windowsOf(
  read: Kysely<Tables>,
  { state, upTo = Number.MAX_SAFE_INTEGER }: Range,
): AsyncGenerator<AlertWindow> {
  let after: Position = { changed_at: -1, alert_id: '' }
  for (;;) {
    const rows = readWindow(read, { after, last: undefined, upTo })
      .select(['changed_at', 'alert_id'])
      .orderBy('changed_at')
      .orderBy('alert_id')
      .offset(size - 1)
      .limit(1)
    const last = await (state ? rows.where('state', '=', state) : rows).executeTakeFirst()
    yield { after, last, upTo }
    if (!last) return
    after = last
  }
}

/** Selects the rows of a window. */
export const readWindow = (read: Kysely<Tables>, { after, last, upTo }: AlertWindow) => {
  const rows = read
    .selectFrom('alert_heads')
    .where((where) =>
      where(where.refTuple('changed_at', 'alert_id'), '>', where.tuple(after.changed_at, after.alert_id)),
    )
  return last
    ? rows.where((where) =>
        where(where.refTuple('changed_at', 'alert_id'), '<=', where.tuple(last.changed_at, last.alert_id)),
      )
    : rows.where('changed_at', '<=', upTo)
}
