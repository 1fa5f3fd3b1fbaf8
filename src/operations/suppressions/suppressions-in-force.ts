import type { Alert } from '../../schema/alert.ts'
import type { Suppression } from '../../schema/suppression.ts'
import { savedAlertFilter } from '../filter.ts'

interface SuppressionsOptions {
  list(): Promise<readonly Suppression[]>
  readonly now: () => number
}

/** Caches the active suppressions, so that alerts need no query each. */
export const createSuppressions = ({ list, now }: SuppressionsOptions) => {
  let active: readonly { readonly id: string; readonly until: number; readonly hides: (alert: Alert) => boolean }[] = []
  return {
    /** Reloads them from the store; called at start and by the scheduler. */
    async refresh(): Promise<void> {
      active = (await list())
        .filter(({ paused }) => !paused)
        .map(({ id, scope, expires_at }) => ({
          id,
          until: expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(expires_at),
          hides: savedAlertFilter(scope, now()).matches,
        }))
    },
    /** Names the suppression that hides an alert, if one does. */
    suppress: (alert: Alert): string | undefined =>
      active.find(({ until, hides }) => until > now() && hides(alert))?.id,
  }
}
