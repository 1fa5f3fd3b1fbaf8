import type { Selection } from '../../alert/decide.ts'
import { type Look, type QueueSearch, toQuery } from './look.ts'
import type { Rows } from './use-rows.ts'

/** Which rows are chosen: as the address says, so that it survives going away and back. `all` may have exceptions: `all-ID,ID`. */
export interface Chosen {
  readonly all: boolean
  /** The chosen ones; of `all`, the exceptions. */
  readonly ids: ReadonlySet<string>
}

export const readChosen = ({ sel }: Pick<QueueSearch, 'sel'>): Chosen => {
  if (sel === undefined) return { all: false, ids: new Set() }
  const all = sel === 'all' || sel.startsWith('all-')
  const list = all ? sel.slice(4) : sel
  return { all, ids: new Set(list === '' ? [] : list.split(',')) }
}

export const writeChosen = ({ all, ids }: Chosen): string | undefined => {
  const list = [...ids].join(',')
  if (all) return list === '' ? 'all' : `all-${list}`
  return list === '' ? undefined : list
}

export const isChosen = ({ all, ids }: Chosen, id: string): boolean => ids.has(id) !== all

/** Chooses or unchooses one; exceptions to `all` are kept as such. */
export const toggle = ({ all, ids }: Chosen, id: string): Chosen => {
  const next = new Set(ids)
  if (!next.delete(id)) next.add(id)
  return { all, ids: next }
}

export const choose = (chosen: Chosen, ids: readonly string[]): Chosen =>
  chosen.all
    ? { all: true, ids: new Set([...chosen.ids].filter((id) => !ids.includes(id))) }
    : { all: false, ids: new Set([...chosen.ids, ...ids]) }

/** How many are chosen; of `all`, as many as matched when the rows were read. */
export const countChosen = ({ all, ids }: Chosen, total: number): number => (all ? total - ids.size : ids.size)

/** What is meant by an action: the chosen ones, or else the one that the keyboard is at. */
export const toSelection = (chosen: Chosen, look: Look, { total, asOf }: Rows, at: string | undefined): Selection => {
  if (chosen.all && asOf !== undefined) {
    const { q, ...span } = toQuery(look)
    return { filter: q, ...span, as_of: asOf, exclude: [...chosen.ids], count: countChosen(chosen, total) }
  }
  if (chosen.ids.size > 0) return { ids: [...chosen.ids] }
  return { ids: at === undefined ? [] : [at] }
}
