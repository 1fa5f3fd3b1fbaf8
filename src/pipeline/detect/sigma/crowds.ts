import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import type { Match } from '../../../lib/sigma/sigma.ts'
import type { Event } from '../../../schema/event/event.ts'
import { BoundedMap } from '../shared/bounded-map.ts'

/** How many rules to count subjects for. */
const mostCrowds = 1000

/** The subjects for which one rule matches in one source, without a longer pause. */
interface Crowd {
  last: number
  usedAt: number
  /** How many of them have an episode of their own. */
  separate: number
}

interface CrowdOptions {
  /** In ms. */
  readonly longestPause: number
  /** How many subjects of one rule to report on their own. */
  readonly separate: number
}

/**
 * Counts the subjects of rules. A rule of a low level that matches for ever more subjects has one cause, such as a program that every host
 * runs.
 */
export const createCrowds = ({ longestPause, separate }: CrowdOptions) => {
  const crowds = new BoundedMap<Crowd>(mostCrowds)
  return {
    /** Whether a match for a new subject is one of too many, and belongs to the episode of all others. */
    add({ rule }: Match, { source, time }: Event): boolean {
      if (rule.level === 'high' || rule.level === 'critical') return false
      const key = [rule.id, source].join('\0')
      const known = crowds.get(key)
      if (!known || time - known.last > longestPause) {
        crowds.set(key, { last: time, usedAt: time, separate: 1 })
        return false
      }
      known.last = Math.max(known.last, time)
      known.usedAt = known.last
      if (known.separate >= separate) return true
      known.separate++
      return false
    },
    write(writer: Writer): void {
      writer.varint(crowds.size)
      for (const [key, crowd] of crowds.entries()) writer.text(key).f64(crowd.last).varint(crowd.separate)
    },
    read(reader: Reader): void {
      for (let left = reader.varint(); left > 0; left--) {
        const [key, last, many] = [reader.text(), reader.f64(), reader.varint()]
        crowds.set(key, { last, usedAt: last, separate: many })
      }
    },
  }
}
