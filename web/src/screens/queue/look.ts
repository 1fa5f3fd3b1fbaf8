import type { Noun } from '../../api/client.ts'
import type { paths } from '../../api/schema.d.ts'
import { type GroupField, isGroupField } from './group-fields.ts'

type Query = NonNullable<paths['/api/v1/alerts/heads']['get']['parameters']['query']>
export type Sort = NonNullable<Query['sort']>

/** What the address says of the queue; what it does not say is as the view has it. */
export interface QueueSearch {
  readonly view?: string
  readonly q?: string
  readonly from?: string
  readonly to?: string
  readonly sort?: Sort
  /** The columns, with commas between. */
  readonly cols?: string
  /** The alert that the keyboard is at, the one in the panel, and the line of it in context. */
  readonly at?: string
  readonly open?: string
  readonly line?: string
  /** The selected ones, with commas between, or `all`. */
  readonly sel?: string
  /** What alerts are grouped by; empty for nothing although the view does. */
  readonly group?: string
  /** The groups that are unfolded, by their filters. */
  readonly unfold?: readonly string[]
}

/** Goes to an address that differs in some parts; what is undefined is left out of it. */
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

/** Reads the address; what is none of ours is left out. */
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

/** What is asked and how it is shown. */
export interface Look {
  readonly q: string
  readonly from: string | undefined
  readonly to: string | undefined
  readonly sort: Sort
  readonly columns: readonly string[]
  readonly group: GroupField | undefined
}

const usual: Look = {
  q: 'open:true',
  from: undefined,
  to: undefined,
  sort: '-risk_score',
  columns: [],
  group: undefined,
}

/** A view with what the address says otherwise. Without a view it is all that is open. */
export const lookOf = (search: QueueSearch, view: Noun<'CountedView'> | undefined): Look => {
  const base: Look = view
    ? {
        q: view.filter,
        from: view.from ?? undefined,
        to: view.to ?? undefined,
        sort: isSort(view.sort) ? view.sort : usual.sort,
        columns: view.columns,
        group: isGroupField(view.group) ? view.group : undefined,
      }
    : usual
  return {
    q: search.q ?? base.q,
    // An empty span in the address takes the view's away.
    from: search.from === undefined ? base.from : search.from || undefined,
    to: search.to === undefined ? base.to : search.to || undefined,
    sort: search.sort ?? base.sort,
    columns: search.cols?.split(',') ?? base.columns,
    group: search.group === undefined ? base.group : isGroupField(search.group) ? search.group : undefined,
  }
}

/** Whether a look differs from the view that it began as, so that keeping it makes sense. */
export const isChanged = ({ q, from, to, sort, cols, group }: QueueSearch): boolean =>
  [q, from, to, sort, cols, group].some((part) => part !== undefined)

/** What a look asks of the server. */
export const toQuery = ({ q, from, to }: Look) => ({
  q,
  ...(from !== undefined && { from }),
  ...(to !== undefined && { to }),
})
