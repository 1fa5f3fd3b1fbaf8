import type { Evidence } from './detection.ts'

const success = /succe|accepted|logged in/i

/** Whether a line shows that something succeeded, such as a login. */
export const showsSuccess = ({ role }: Evidence): boolean => role !== undefined && success.test(role)

/** Whether a line shows that the attacker logged in, rather than another user meanwhile or before. */
export const showsBreakIn = ({ role }: Evidence): boolean => role === 'the login that succeeded'

/** The role of lines that show the attacker's actions after the login. */
export const doneAfterLogin = 'done after the guessed login'

/** Whether a line shows an action of the attacker after the login. */
export const showsDeed = ({ role }: Evidence): boolean => role === doneAfterLogin

/** Ranks a line: successes first, then lines with a role, then the rest. */
const rank = (item: Evidence): number => (showsSuccess(item) ? 0 : item.role === undefined ? 2 : 1)

const byTime = (a: Evidence, b: Evidence): number => compare(a.time, b.time) || compare(a.event_id, b.event_id)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Chooses the most relevant lines, oldest first: the first, the last, and the best of the rest. An event is cited once.
 * Choosing from a selection and more lines equals choosing from all lines, so lines may arrive in any order and in parts.
 */
export const tellingEvidence = (items: readonly Evidence[], limit: number): Evidence[] => {
  const byEvent = new Map<string, Evidence>()
  for (const item of items) {
    const known = byEvent.get(item.event_id)
    if (item === known) continue
    const loss = known ? rank(item) - rank(known) : -1
    if (loss < 0 || (loss === 0 && known && better(item, known))) byEvent.set(item.event_id, item)
  }
  const all = [...byEvent.values()]
  if (all.length <= limit) return all.sort(byTime)
  const first = all.reduce((best, item) => (byTime(item, best) < 0 ? item : best))
  const last = all.reduce((best, item) => (byTime(item, best) > 0 ? item : best))
  const best =
    limit > 2
      ? all
          .filter((item) => item !== first && item !== last)
          .map((item) => ({ item, rank: rank(item) }))
          .sort((a, b) => a.rank - b.rank || byTime(a.item, b.item))
          .slice(0, limit - 2)
          .map(({ item }) => item)
      : []
  return [first, ...best.sort(byTime), last].slice(0, limit)
}

/** Breaks the tie between two descriptions of one event, so that the choice does not depend on their order. */
const better = (a: Evidence, b: Evidence): boolean => JSON.stringify(a) < JSON.stringify(b)
