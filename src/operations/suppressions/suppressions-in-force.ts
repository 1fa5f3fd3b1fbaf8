import { isDeepStrictEqual } from 'node:util'
import type { MatchedSuppression } from '../../pipeline/detect/merge/merge-detections.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import type { Suppression } from '../../schema/suppression.ts'
import { savedAlertFilter } from '../filter.ts'
import { outgrows } from './suppression-cover.ts'

interface SuppressionsOptions {
  list(): Promise<readonly Suppression[]>
  readonly now: () => number
}

interface ActiveSuppression {
  readonly suppression: Suppression
  readonly until: number
  readonly matches: (alert: Alert) => boolean
}

/** Caches the active suppressions, so that alerts need no query each. */
export const createSuppressions = ({ list, now }: SuppressionsOptions) => {
  let active: readonly ActiveSuppression[] = []
  return {
    /** Reloads them from the store; called at start and by the scheduler. */
    async refresh(): Promise<void> {
      const known = new Map(active.map((one) => [one.suppression.id, one]))
      active = (await list())
        .filter(({ paused }) => !paused)
        .map(({ hits: _, last_hit_at: __, ...rest }) => {
          // Hits change all the time; they are no reason to compile the filter again.
          const suppression = { ...rest, hits: 0, last_hit_at: null }
          const same = known.get(suppression.id)
          if (same && isDeepStrictEqual(same.suppression, suppression)) return same
          const { scope, expires_at } = suppression
          return {
            suppression,
            until: expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(expires_at),
            matches: savedAlertFilter(scope, now()).matches,
          }
        })
    },
    /** Returns the suppression that hides an alert, else one whose limits the alert exceeds. */
    suppress(alert: Alert): MatchedSuppression | undefined {
      let outgrown: MatchedSuppression | undefined
      for (const { suppression, until, matches } of active) {
        if (until <= now() || !matches(alert)) continue
        const { id } = suppression
        // An alert that once exceeded its suppression stays visible until a user marks that as normal too.
        const former = alert.resurfaced?.suppression_id === id ? alert.resurfaced.reason : undefined
        const reason = former ?? outgrows(alert, suppression)
        if (reason === undefined) return { id }
        outgrown ??= { id, outgrown: reason }
      }
      return outgrown
    },
  }
}
