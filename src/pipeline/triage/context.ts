import type { Alert } from '../../schema/alert/alert.ts'
import type { AlertContext } from '../../schema/inventory/context.ts'
import type { TriageClaim } from '../../schema/triage/triage-result.ts'
import type { RiskInput } from './risk.ts'

/** The context of an alert, from tables in memory. */
export interface GatheredContext {
  /** Up to one row each for network, asset and user, which are stored with the alert. */
  readonly contexts: readonly AlertContext[]
  /** The input of the risk formula. `reputation` is 0–100, high is bad. */
  readonly surroundings: Pick<RiskInput, 'asset' | 'network' | 'user'>
  /** Further reasons for and against a threat, with the row that supports each. */
  readonly reasons: readonly {
    readonly sign: TriageClaim['sign']
    readonly text: string
    readonly about: AlertContext['context_type']
  }[]
}

/** Looks up the context of an alert. Uses no network and always answers. */
export type GatherContext = (alert: Alert) => GatheredContext
