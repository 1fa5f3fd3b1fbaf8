import type { Selection } from '../../alert/bulk-change.ts'
import { withClause } from '../../alert/filter-text.ts'
import { type QueueSearch, type QueueView, toQuery } from './queue-view.ts'
import { type QueueRow, readKey } from './rows/row-key.ts'
import type { Rows } from './rows/use-rows.ts'

/** The selected rows. The URL stores them, so that they survive navigation. `all` can have exceptions: `all-ID,ID`. */
export interface RowSelection {
  readonly all: boolean
  /** The keys of the selected rows, or of the exceptions to `all`. */
  readonly keys: ReadonlySet<string>
}

export const noSelection: RowSelection = { all: false, keys: new Set() }

export const parseSelection = ({ sel }: Pick<QueueSearch, 'sel'>): RowSelection => {
  if (sel === undefined) return noSelection
  const all = sel === 'all' || sel.startsWith('all-')
  const list = all ? sel.slice(4) : sel
  return { all, keys: new Set(list === '' ? [] : list.split(',').map(unescapeComma)) }
}

export const formatSelection = ({ all, keys }: RowSelection): string | undefined => {
  const list = [...keys].map(escapeComma).join(',')
  if (all) return list === '' ? 'all' : `all-${list}`
  return list === '' ? undefined : list
}

/** The keys of groups may contain commas. */
const escapeComma = (key: string): string => key.replace(/%/g, '%25').replace(/,/g, '%2C')
const unescapeComma = (text: string): string => text.replace(/%2C/g, ',').replace(/%25/g, '%')

export const isSelected = ({ all, keys }: RowSelection, { key, within }: Pick<QueueRow, 'key' | 'within'>): boolean =>
  (keys.has(key) || (within !== undefined && keys.has(within))) !== all

/** Selects or deselects a row. A selected group has no exceptions: deselecting one of its alerts deselects the group. */
export const toggleSelected = (
  { all, keys }: RowSelection,
  { key, within }: Pick<QueueRow, 'key' | 'within'>,
): RowSelection => {
  const next = new Set(keys)
  if (within !== undefined && next.delete(within)) return { all, keys: next }
  if (!next.delete(key)) next.add(key)
  return { all, keys: next }
}

export const addToSelection = (selection: RowSelection, keys: readonly string[]): RowSelection =>
  selection.all
    ? { all: true, keys: new Set([...selection.keys].filter((key) => !keys.includes(key))) }
    : { all: false, keys: new Set([...selection.keys, ...keys]) }

/** Splits row keys into the filters of groups and the ids of alerts. */
const splitKeys = (keys: Iterable<string>) => {
  const [filters, ids] = [new Set<string>(), new Set<string>()]
  for (const key of keys) {
    const part = readKey(key)
    if ('filter' in part) filters.add(part.filter)
    else ids.add(part.id)
  }
  return { filters: [...filters], ids: [...ids] }
}

/** Counts the selected alerts, for `all` and groups as of the time of the rows. */
export const countSelected = ({ all, keys }: RowSelection, { total, rows }: Pick<Rows, 'total' | 'rows'>): number => {
  const { filters, ids } = splitKeys(keys)
  const counts = new Map(rows.flatMap(({ group }) => (group ? [[group.filter, group.count] as const] : [])))
  const named = ids.length + filters.reduce((sum, filter) => sum + (counts.get(filter) ?? 0), 0)
  return all ? Math.max(0, total - named) : Math.min(total, named)
}

/** Returns the alerts to act on: the selected rows, or the row at the cursor. The server resolves groups. */
export const toAlertSelection = (
  selected: RowSelection,
  view: QueueView,
  list: Rows,
  activeKey: string | undefined,
): Selection => {
  const { q, ...timeRange } = toQuery(view)
  const atCursor = { all: false, keys: new Set(activeKey === undefined ? [] : [activeKey]) }
  const target = selected.all || selected.keys.size > 0 ? selected : atCursor
  const { filters, ids } = splitKeys(target.keys)
  const count = countSelected(target, list)
  if (list.asOf === undefined || (!target.all && filters.length === 0)) return { ids }
  const clauses = [...filters, ...(target.all ? [] : ids.map((id) => `id:"${id}"`))]
  const clause = clauses.length === 1 ? clauses[0] : `(${clauses.join(' OR ')})`
  const filter =
    clauses.length === 0 ? q : target.all ? `(${q.trim() || '*'}) AND NOT ${clause}` : withClause(q, clause ?? '')
  return { filter, ...timeRange, as_of: list.asOf, exclude: target.all ? ids : [], count }
}
