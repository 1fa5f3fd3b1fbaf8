import { z } from 'zod'
import type { AlertHead } from '../schema/alert-head.ts'
import { severityRank } from '../schema/severity.ts'
import { readCursor, writeCursor } from '../store/page.ts'
import type { Page, PageRequest } from '../store/store.ts'

/** Makes room behind a grade for a time in ms: what is equally grave is sorted by when it was last seen. */
const grade = (value: number, { last_seen }: AlertHead): number => value * 1e13 + Date.parse(last_seen)

const keys = {
  created_at: (alert: AlertHead) => Date.parse(alert.created_at),
  updated_at: (alert: AlertHead) => Date.parse(alert.updated_at),
  first_seen: (alert: AlertHead) => Date.parse(alert.first_seen),
  last_seen: (alert: AlertHead) => Date.parse(alert.last_seen),
  /** What is not judged yet comes first: it may be anything. */
  risk_score: (alert: AlertHead) => grade(alert.triage?.risk_score ?? 101, alert),
  severity: (alert: AlertHead) => grade(severityRank(alert.severity), alert),
  score: (alert: AlertHead) => grade(Math.round(alert.score * 500), alert),
  event_count: (alert: AlertHead) => alert.event_count,
} as const

const names = [
  'created_at',
  'updated_at',
  'first_seen',
  'last_seen',
  'risk_score',
  'severity',
  'score',
  'event_count',
] as const satisfies readonly (keyof typeof keys)[]

/** What alerts can be sorted by; a minus means downwards. */
export const alertSort = z.enum([...names.map((name) => `-${name}` as const), ...names])
export type AlertSort = z.infer<typeof alertSort>

/** Cuts a page out of alerts in no order. What is alike is sorted by its id, so that pages follow one another whatever happens meanwhile. */
export const sortPage = (
  alerts: readonly AlertHead[],
  sort: AlertSort,
  { limit, after }: PageRequest,
): Page<AlertHead> => {
  const keyOf = keys[names.find((name) => sort === name || sort === `-${name}`) ?? 'created_at']
  const sign = sort.startsWith('-') ? -1 : 1
  const place = (alert: AlertHead) => ({ alert, time: sign * keyOf(alert), id: alert.id })
  const end = after === undefined ? undefined : readCursor(after)
  const first = lowest(alerts, limit + 1, place, end)
  const last = first[limit - 1]
  return {
    items: first.slice(0, limit).map(({ alert }) => alert),
    next: first.length > limit && last ? writeCursor(last) : undefined,
  }
}

interface Placed {
  readonly time: number
  readonly id: string
}

const compare = (a: Placed, b: Placed): number => a.time - b.time || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)

/** The first few in order, beyond a place, without sorting the rest. */
const lowest = <Item, Made extends Placed>(
  items: readonly Item[],
  count: number,
  place: (item: Item) => Made,
  beyond: Placed | undefined,
): readonly Made[] => {
  const found: Made[] = []
  for (const item of items) {
    const made = place(item)
    if (beyond && compare(made, beyond) <= 0) continue
    const last = found.at(-1)
    if (found.length >= count) {
      if (last && compare(made, last) >= 0) continue
      found.pop()
    }
    let [low, high] = [0, found.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const other = found[middle]
      if (other && compare(made, other) > 0) low = middle + 1
      else high = middle
    }
    found.splice(low, 0, made)
  }
  return found
}
