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
    if (!known || rank(item) < rank(known) || (rank(item) === rank(known) && better(item, known))) {
      byEvent.set(item.event_id, item)
    }
  }
  const all = [...byEvent.values()].sort(byTime)
  if (all.length <= limit) return all
  const first = all[0]
  const last = all.at(-1)
  const rest = all.filter((item) => item !== first && item !== last).sort((a, b) => rank(a) - rank(b) || byTime(a, b))
  return all.filter((item) => item === first || item === last || rest.indexOf(item) < limit - 2).slice(0, limit)
}

/** Breaks the tie between two descriptions of one event, so that the choice does not depend on their order. */
const better = (a: Evidence, b: Evidence): boolean => JSON.stringify(a) < JSON.stringify(b)
