import type { Evidence } from './detection.ts'

const success = /succe|accepted|logged in/i

/** Tells whether a line shows that something went through: a login that succeeded. */
export const showsSuccess = ({ role }: Evidence): boolean => role !== undefined && success.test(role)

/** Tells whether a line shows that the attack itself got in, not that somebody else logged in meanwhile or before. */
export const showsBreakIn = ({ role }: Evidence): boolean => role === 'the login that succeeded'

/** The part of a line that shows what was done by whoever got in. */
export const doneAfterLogin = 'done after the guessed login'

/** Tells whether a line shows what was done by whoever got in. */
export const showsDeed = ({ role }: Evidence): boolean => role === doneAfterLogin

/** How much a line tells: what went through most, then lines with a part in the story, then the rest. */
const rank = (item: Evidence): number => (showsSuccess(item) ? 0 : item.role === undefined ? 2 : 1)

const byTime = (a: Evidence, b: Evidence): number => compare(a.time, b.time) || compare(a.event_id, b.event_id)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Chooses the most telling lines, oldest first: the first, the last, and the best of the rest. An event is cited once. Choosing
 * again from what was chosen and more gives the same as choosing from everything, so lines may come in any order and in parts.
 */
export const tellingEvidence = (items: readonly Evidence[], limit: number): Evidence[] => {
  const byEvent = new Map<string, Evidence>()
  for (const item of items) {
    const known = byEvent.get(item.event_id)
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

/** Decides between two tellings of one event, only so that the choice does not hang on their order. */
const better = (a: Evidence, b: Evidence): boolean => JSON.stringify(a) < JSON.stringify(b)
