import { z } from 'zod'
import type { AlertIndexEntry } from '../../schema/alert/alert-index-entry.ts'
import { severityRank } from '../../schema/severity.ts'
import { type Page, type PageRequest, readCursor, writeCursor } from '../../store/page.ts'
import { isPlain } from '../time.ts'

/** An ascending order of alerts. */
interface Order {
  key(alert: AlertIndexEntry): number
  /** Rejects most later alerts cheaply, without parsing times. */
  isPast(alert: AlertIndexEntry, end: AlertIndexEntry): boolean
}

const byTime = (field: 'created_at' | 'updated_at' | 'first_seen' | 'last_seen'): Order => ({
  key: (alert) => Date.parse(alert[field]),
  isPast: (alert, end) => isPlain(alert[field]) && isPlain(end[field]) && alert[field] > end[field],
})

/** Packs a rank and a time in ms into one number: equal ranks sort by last_seen. */
const byGrade = (grade: (alert: AlertIndexEntry) => number): Order => ({
  key: (alert) => grade(alert) * 1e13 + Date.parse(alert.last_seen),
  isPast: (alert, end) => grade(alert) > grade(end),
})

const orders = {
  created_at: byTime('created_at'),
  updated_at: byTime('updated_at'),
  first_seen: byTime('first_seen'),
  last_seen: byTime('last_seen'),
  /** Untriaged alerts sort first, because their risk is unknown. */
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

/** The sort keys of alerts; a minus means descending. */
export const alertSort = z.enum([...names.map((name) => `-${name}` as const), ...names])
export type AlertSort = z.infer<typeof alertSort>

/** The alert that an item sorts by, and the item’s own ID. */
interface View<Item> {
  alert(item: Item): AlertIndexEntry
  id(item: Item): string
}

const itself: View<AlertIndexEntry> = { alert: (alert) => alert, id: ({ id }) => id }

/** Collects the requested page from unsorted items. */
interface Pager<Item> {
  add(items: readonly Item[]): void
  page(): Page<Item>
}

/** Creates a pager over unsorted alerts. Ties are broken by ID, so that pages stay consistent. */
export const createAlertPager = (sort: AlertSort, request: PageRequest): Pager<AlertIndexEntry> =>
  createPager(itself, sort, request)

/** Sorts items by one of their alerts and returns a page. */
export const sortPageBy = <Item>(
  items: readonly Item[],
  view: View<Item>,
  sort: AlertSort,
  request: PageRequest,
): Page<Item> => {
  const pager = createPager(view, sort, request)
  pager.add(items)
  return pager.page()
}

const createPager = <Item>({ alert, id }: View<Item>, sort: AlertSort, { limit, after }: PageRequest): Pager<Item> => {
  const { key, isPast } = directed(sort)
  const lowest = createLowest<Item>(limit + 1, {
    place: (item) => ({ item, time: key(alert(item)), id: id(item) }),
    isPast: (item, last) => isPast(alert(item), alert(last)),
    beyond: after === undefined ? undefined : readCursor(after),
  })
  return {
    add: lowest.add,
    page() {
      const first = lowest.sorted()
      const last = first[limit - 1]
      return {
        items: first.slice(0, limit).map(({ item }) => item),
        next: first.length > limit && last ? writeCursor(last) : undefined,
      }
    },
  }
}

/** Compares two alerts in a sort order. */
export const comesFirst = (sort: AlertSort): ((a: AlertIndexEntry, b: AlertIndexEntry) => boolean) => {
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

/** Collects the first items after a cursor without sorting the rest. */
const createLowest = <Item>(count: number, { place, isPast, beyond }: Search<Item>) => {
  const found: Placed<Item>[] = []
  /** Items after this one are not among the first. */
  let end: Placed<Item> | undefined

  const trim = (): void => {
    found.sort(compare)
    found.length = Math.min(found.length, count)
    end = found[count - 1]
  }

  return {
    add(items: readonly Item[]): void {
      for (const item of items) {
        if (end && isPast(item, end.item)) continue
        const made = place(item)
        if (beyond && compare(made, beyond) <= 0) continue
        if (end && compare(made, end) >= 0) continue
        found.push(made)
        if (found.length >= 2 * count + spare) trim()
      }
    },
    sorted(): readonly Placed<Item>[] {
      trim()
      return found
    },
  }
}

/** Extra items to collect before sorting. */
const spare = 200
