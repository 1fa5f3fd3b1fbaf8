import { setImmediate } from 'node:timers/promises'
import { AppError } from '../errors.ts'
import { fromJson, unpackDocument } from './json.ts'

/** A slice of a list, newest first by default. `after` is the opaque cursor of the last item of the previous page. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next: string | undefined
}

export interface PageRequest {
  readonly limit: number
  readonly after?: string | undefined
}

/** A span of event time, in ms, including both ends. */
export interface TimeRange {
  readonly from?: number | undefined
  readonly to?: number | undefined
}

export interface RowQuery<Item> extends TimeRange, PageRequest {
  readonly status?: readonly string[] | undefined
  readonly matches?: ((item: Item) => boolean) | undefined
  /** Lower-case fragments that every match contains in one of its values; rows that lack one are skipped without being parsed. */
  readonly fragments?: readonly string[] | undefined
}

/** The position of a row in a list: its sort key, and its id to break ties. */
export interface PagePosition {
  readonly time: number
  readonly id: string
}

interface StoredRow extends PagePosition {
  /** In JSON, or packed. */
  readonly body: string | Uint8Array
}

/** How many rows are scanned before it yields. */
const chunk = 500

/** Scans rows in order, a chunk at a time, until a page of matches is full. `fetch` returns the rows after a position. */
export const listPage = async <Item>(
  { limit, after, matches }: PageRequest & { readonly matches?: ((item: Item) => boolean) | undefined },
  fetch: (after: PagePosition | undefined, limit: number) => Promise<readonly StoredRow[]>,
): Promise<Page<Item>> => {
  const items: Item[] = []
  let place = after === undefined ? undefined : readCursor(after)
  let end: PagePosition | undefined
  const size = matches ? chunk : Math.min(chunk, limit + 1)
  for (;;) {
    const rows = await fetch(place, size)
    for (const row of rows) {
      const item = typeof row.body === 'string' ? fromJson<Item>(row.body) : unpackDocument<Item>(row.body)
      if (matches && !matches(item)) continue
      if (items.length === limit) return { items, next: end && writeCursor(end) }
      items.push(item)
      end = row
    }
    if (rows.length < size) return { items, next: undefined }
    place = rows.at(-1)
    await setImmediate()
  }
}

/** Encodes the position after which the next page begins; opaque to callers. */
export const writeCursor = ({ time, id }: PagePosition): string =>
  Buffer.from(JSON.stringify([time, id])).toString('base64url')

/** Decodes a cursor; throws INVALID_REQUEST if it is invalid. */
export const readCursor = (text: string): PagePosition => {
  const place = parse(Buffer.from(text, 'base64url').toString())
  if (Array.isArray(place) && place.length === 2) {
    const [time, id]: unknown[] = place
    if (typeof time === 'number' && Number.isSafeInteger(time) && typeof id === 'string') return { time, id }
  }
  throw new AppError('INVALID_REQUEST', 'The cursor is not one that was given out for this list.', {
    hint: 'Use the next_cursor of the previous page unchanged, or omit it to start from the first page.',
    errors: [{ path: 'cursor', message: 'not a cursor of this list' }],
  })
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
