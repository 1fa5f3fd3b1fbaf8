import type { Noun } from '../../api/client.ts'
import type { paths } from '../../api/schema.d.ts'
import { type GroupField, isGroupField } from './rows/group-fields.ts'

type Query = NonNullable<paths['/api/v1/alerts/heads']['get']['parameters']['query']>
export type Sort = NonNullable<Query['sort']>

/** The state of the queue in the URL. Missing values are taken from the saved view. */
export interface QueueSearch {
  readonly view?: string
  readonly q?: string
  readonly from?: string
  readonly to?: string
  readonly sort?: Sort
  /** The columns, comma-separated. */
  readonly cols?: string
  /** The row at the keyboard cursor, the alert in the panel, and the event shown in its log context. */
  readonly at?: string
  readonly open?: string
  readonly line?: string
  /** The selected rows, comma-separated, or `all`. */
  readonly sel?: string
  /** The field to group by. Empty to turn off the grouping of the saved view. */
  readonly group?: string
  /** The filters of the expanded groups. */
  readonly unfold?: readonly string[]
}

/** Navigates with changes to the URL state. Undefined values are removed. */
export type Go = (
  changes: { readonly [Name in keyof QueueSearch]: QueueSearch[Name] | undefined },
  replace?: boolean,
) => void

const sorts: readonly Sort[] = [
  '-risk_score',
  '-last_seen',
  '-created_at',
  '-severity',
  '-score',
  '-event_count',
  '-first_seen',
  '-updated_at',
  'risk_score',
  'last_seen',
  'created_at',
  'severity',
  'score',
  'event_count',
  'first_seen',
  'updated_at',
]

export const isSort = (text: unknown): text is Sort => sorts.some((sort) => sort === text)

const texts = ['view', 'q', 'from', 'to', 'cols', 'at', 'open', 'line', 'sel', 'group'] as const

/** Parses the URL and ignores invalid values. */
export const readQueueSearch = (given: Record<string, unknown>): QueueSearch => {
  const found = texts.flatMap((name) => {
    const value = given[name]
    return typeof value === 'string' || typeof value === 'number' ? [[name, String(value)] as const] : []
  })
  const unfold = Array.isArray(given.unfold) ? given.unfold.filter((one) => typeof one === 'string') : []
  return {
    ...Object.fromEntries(found),
    ...(isSort(given.sort) && { sort: given.sort }),
    ...(unfold.length > 0 && { unfold }),
  }
}

/** The filter and layout of the queue: the saved view with the changes in the URL. */
export interface QueueView {
  readonly q: string
  readonly from: string | undefined
  readonly to: string | undefined
  readonly sort: Sort
  readonly columns: readonly string[]
  readonly group: GroupField | undefined
}

const defaultView: QueueView = {
  q: 'open:true',
  from: undefined,
  to: undefined,
  sort: '-risk_score',
  columns: [],
  group: undefined,
}

/** Applies the URL to a saved view, by default all open alerts. */
export const viewOf = (search: QueueSearch, saved: Noun<'CountedView'> | undefined): QueueView => {
  const base: QueueView = saved
    ? {
        q: saved.filter,
        from: saved.from ?? undefined,
        to: saved.to ?? undefined,
        sort: isSort(saved.sort) ? saved.sort : defaultView.sort,
        columns: saved.columns,
        group: isGroupField(saved.group) ? saved.group : undefined,
      }
    : defaultView
  return {
    q: search.q ?? base.q,
    // An empty time range in the URL removes the one of the saved view.
    from: search.from === undefined ? base.from : search.from || undefined,
    to: search.to === undefined ? base.to : search.to || undefined,
    sort: search.sort ?? base.sort,
    columns: search.cols?.split(',') ?? base.columns,
    group: search.group === undefined ? base.group : isGroupField(search.group) ? search.group : undefined,
  }
}

/** Returns whether the URL changes the saved view, so that it can be saved. */
export const isChanged = ({ q, from, to, sort, cols, group }: QueueSearch): boolean =>
  [q, from, to, sort, cols, group].some((part) => part !== undefined)

/** The query parameters for the API. */
export const toQuery = ({ q, from, to }: QueueView) => ({
  q,
  ...(from !== undefined && { from }),
  ...(to !== undefined && { to }),
})
