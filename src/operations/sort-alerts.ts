import { z } from 'zod'
import type { AlertHead } from '../schema/alert-head.ts'
import { severityRank } from '../schema/severity.ts'
import { type Page, type PageRequest, readCursor, writeCursor } from '../store/page.ts'
import { isPlain } from './time.ts'

/** An order of alerts, upwards. */
interface Order {
  key(alert: AlertHead): number
  /** Tells of most that certainly come later that they do, without understanding what a moment is. */
  isPast(alert: AlertHead, end: AlertHead): boolean
}

const byTime = (field: 'created_at' | 'updated_at' | 'first_seen' | 'last_seen'): Order => ({
  key: (alert) => Date.parse(alert[field]),
  isPast: (alert, end) => isPlain(alert[field]) && isPlain(end[field]) && alert[field] > end[field],
})

/** Makes room behind a grade for a time in ms: what is equally grave is sorted by when it was last seen. */
const byGrade = (grade: (alert: AlertHead) => number): Order => ({
  key: (alert) => grade(alert) * 1e13 + Date.parse(alert.last_seen),
  isPast: (alert, end) => grade(alert) > grade(end),
})

const orders = {
  created_at: byTime('created_at'),
  updated_at: byTime('updated_at'),
  first_seen: byTime('first_seen'),
  last_seen: byTime('last_seen'),
  /** What is not judged yet comes first: it may be anything. */
  risk_score: byGrade(({ triage }) => triage?.risk_score ?? 101),
  severity: byGrade(({ severity }) => severityRank(severity)),
  score: byGrade(({ score }) => Math.round(score * 500)),
  event_count: {
    key: ({ event_count }) => event_count,
    isPast: (alert, end) => alert.event_count > end.event_count,
  },
} as const satisfies Record<string, Order>

const names = [
  'created_at',
  'updated_at',
  'first_seen',
  'last_seen',
  'risk_score',
  'severity',
  'score',
  'event_count',
] as const satisfies readonly (keyof typeof orders)[]

/** What alerts can be sorted by; a minus means downwards. */
export const alertSort = z.enum([...names.map((name) => `-${name}` as const), ...names])
export type AlertSort = z.infer<typeof alertSort>

/** How to look at what stands in a list: the alert by which it is sorted, and its own id. */
interface View<Item> {
  alert(item: Item): AlertHead
  id(item: Item): string
}

const itself: View<AlertHead> = { alert: (alert) => alert, id: ({ id }) => id }

/** Cuts a page out of alerts in no order. What is alike is sorted by its id, so that pages follow one another whatever happens meanwhile. */
export const sortPage = (alerts: readonly AlertHead[], sort: AlertSort, request: PageRequest): Page<AlertHead> =>
  sortPageBy(alerts, itself, sort, request)

/** The same of things of which each is sorted by one of its alerts. */
export const sortPageBy = <Item>(
  items: readonly Item[],
  { alert, id }: View<Item>,
  sort: AlertSort,
  { limit, after }: PageRequest,
): Page<Item> => {
  const { key, isPast } = directed(sort)
  const first = lowest(items, limit + 1, {
    place: (item) => ({ item, time: key(alert(item)), id: id(item) }),
    isPast: (item, last) => isPast(alert(item), alert(last)),
    beyond: after === undefined ? undefined : readCursor(after),
  })
  const last = first[limit - 1]
  return {
    items: first.slice(0, limit).map(({ item }) => item),
    next: first.length > limit && last ? writeCursor(last) : undefined,
  }
}

/** Tells which of two alerts comes first in an order. */
export const comesFirst = (sort: AlertSort): ((a: AlertHead, b: AlertHead) => boolean) => {
  const { key, isPast } = directed(sort)
  return (a, b) => !isPast(a, b) && compare({ time: key(a), id: a.id }, { time: key(b), id: b.id }) < 0
}

const directed = (sort: AlertSort): Order => {
  const order = orders[names.find((name) => sort === name || sort === `-${name}`) ?? 'created_at']
  if (!sort.startsWith('-')) return order
  return { key: (alert) => -order.key(alert), isPast: (alert, end) => order.isPast(end, alert) }
}

interface Place {
  readonly time: number
  readonly id: string
}

interface Placed<Item> extends Place {
  readonly item: Item
}

const compare = (a: Place, b: Place): number => a.time - b.time || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)

interface Search<Item> {
  place(item: Item): Placed<Item>
  isPast(item: Item, end: Item): boolean
  readonly beyond: Place | undefined
}

/** The first few in order, beyond a place, without sorting the rest. */
const lowest = <Item>(
  items: readonly Item[],
  count: number,
  { place, isPast, beyond }: Search<Item>,
): readonly Placed<Item>[] => {
  const found: Placed<Item>[] = []
  for (const item of items) {
    const last = found.length >= count ? found.at(-1) : undefined
    if (last && isPast(item, last.item)) continue
    const made = place(item)
    if (beyond && compare(made, beyond) <= 0) continue
    if (last) {
      if (compare(made, last) >= 0) continue
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
