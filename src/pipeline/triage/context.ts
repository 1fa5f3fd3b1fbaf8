import type { Alert } from '../../schema/alert.ts'
import type { AlertContext } from '../../schema/context.ts'
import type { TriageClaim } from '../../schema/triage-result.ts'
import type { RiskInput } from './risk.ts'

/** What is known around an alert, from tables in memory. */
export interface GatheredContext {
  /** One row each for network, asset and user, as far as the alert names them; what is kept beside the alert. */
  readonly contexts: readonly AlertContext[]
  /** What the risk formula asks for; `reputation` is malice there: 0–100, high is bad. */
  readonly surroundings: Pick<RiskInput, 'asset' | 'network' | 'user'>
  /** What speaks for trouble and against it beyond what the formula asks for, and which row bears it out. */
  readonly reasons: readonly {
    readonly sign: TriageClaim['sign']
    readonly text: string
    readonly about: AlertContext['context_type']
  }[]
}

/** Looks up what is known around an alert. Asks no network, always answers. */
export type GatherContext = (alert: Alert) => GatheredContext
