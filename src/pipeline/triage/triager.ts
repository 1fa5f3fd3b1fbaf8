import type { Alert } from '../../schema/alert.ts'
import type { TriageResult } from '../../schema/triage-result.ts'

/** Judges an alert. Always answers, if only `inconclusive`. */
export interface Triager {
  readonly name: string
  judge(alert: Alert, signal: AbortSignal): Promise<TriageResult>
}
