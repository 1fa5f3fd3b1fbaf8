import type { Selection } from '../../alert/decide.ts'
import { withClause } from '../../alert/filter-text.ts'
import { type Look, type QueueSearch, toQuery } from './look.ts'
import { type QueueRow, readKey } from './row-key.ts'
import type { Rows } from './use-rows.ts'

/** Which rows are chosen: as the address says, so that it survives going away and back. `all` may have exceptions: `all-ID,ID`. */
export interface Chosen {
  readonly all: boolean
  /** The keys of the chosen ones; of `all`, the exceptions. */
  readonly ids: ReadonlySet<string>
}

export const readChosen = ({ sel }: Pick<QueueSearch, 'sel'>): Chosen => {
  if (sel === undefined) return { all: false, ids: new Set() }
  const all = sel === 'all' || sel.startsWith('all-')
  const list = all ? sel.slice(4) : sel
  return { all, ids: new Set(list === '' ? [] : list.split(',').map(unescapeComma)) }
}

export const writeChosen = ({ all, ids }: Chosen): string | undefined => {
  const list = [...ids].map(escapeComma).join(',')
  if (all) return list === '' ? 'all' : `all-${list}`
  return list === '' ? undefined : list
}

/** Values that groups share may have commas in them. */
const escapeComma = (key: string): string => key.replace(/%/g, '%25').replace(/,/g, '%2C')
const unescapeComma = (text: string): string => text.replace(/%2C/g, ',').replace(/%25/g, '%')

export const isChosen = ({ all, ids }: Chosen, { key, within }: Pick<QueueRow, 'key' | 'within'>): boolean =>
  (ids.has(key) || (within !== undefined && ids.has(within))) !== all

/** Chooses or unchooses one; exceptions to `all` are kept as such. Of a group that is chosen, no alert can be left out: it is let go whole. */
export const toggle = ({ all, ids }: Chosen, { key, within }: Pick<QueueRow, 'key' | 'within'>): Chosen => {
  const next = new Set(ids)
  if (within !== undefined && next.delete(within)) return { all, ids: next }
  if (!next.delete(key)) next.add(key)
  return { all, ids: next }
}

export const choose = (chosen: Chosen, keys: readonly string[]): Chosen =>
  chosen.all
    ? { all: true, ids: new Set([...chosen.ids].filter((key) => !keys.includes(key))) }
    : { all: false, ids: new Set([...chosen.ids, ...keys]) }

/** What is meant by keys: groups by their filters, alerts by their ids. */
const partsOf = (keys: Iterable<string>) => {
  const [filters, ids] = [new Set<string>(), new Set<string>()]
  for (const key of keys) {
    const part = readKey(key)
    if ('filter' in part) filters.add(part.filter)
    else ids.add(part.id)
  }
  return { filters: [...filters], ids: [...ids] }
}

/** How many alerts are chosen; of `all` and of groups, as many as there were when the rows were read. */
export const countChosen = ({ all, ids: keys }: Chosen, { total, rows }: Pick<Rows, 'total' | 'rows'>): number => {
  const { filters, ids } = partsOf(keys)
  const counts = new Map(rows.flatMap(({ group }) => (group ? [[group.filter, group.count] as const] : [])))
  const named = ids.length + filters.reduce((sum, filter) => sum + (counts.get(filter) ?? 0), 0)
  return all ? Math.max(0, total - named) : Math.min(total, named)
}

/** What is meant by an action: the chosen rows, or else the one that the keyboard is at. Groups are found by the server. */
export const toSelection = (chosen: Chosen, look: Look, list: Rows, at: string | undefined): Selection => {
  const { q, ...span } = toQuery(look)
  const meant = chosen.all || chosen.ids.size > 0 ? chosen : { all: false, ids: new Set(at === undefined ? [] : [at]) }
  const { filters, ids } = partsOf(meant.ids)
  const count = countChosen(meant, list)
  if (list.asOf === undefined || (!meant.all && filters.length === 0)) return { ids }
  const named = [...filters, ...(meant.all ? [] : ids.map((id) => `id:"${id}"`))]
  const clause = named.length === 1 ? named[0] : `(${named.join(' OR ')})`
  const filter =
    named.length === 0 ? q : meant.all ? `(${q.trim() || '*'}) AND NOT ${clause}` : withClause(q, clause ?? '')
  return { filter, ...span, as_of: list.asOf, exclude: meant.all ? ids : [], count }
}
