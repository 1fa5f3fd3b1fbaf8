import type { Alert } from '../../schema/alert/alert.ts'
import type { TriageResult } from '../../schema/triage/triage-result.ts'
import type { Surroundings } from './surroundings.ts'

/** Triages an alert by its content and surroundings. Always answers, if only `inconclusive`. */
export interface Triager {
  readonly name: string
  assess(alert: Alert, surroundings: Surroundings, signal: AbortSignal): Promise<TriageResult>
}
