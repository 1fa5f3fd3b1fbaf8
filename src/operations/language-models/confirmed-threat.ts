import type { Alert } from '../../schema/alert/alert.ts'
import type { Verdict } from '../../schema/triage/triage-result.ts'

/** Whether an analyst confirmed a threat; undefined if the resolution does not say. */
export const isConfirmedThreat = ({
  resolution,
  status,
}: Pick<Alert, 'resolution' | 'status'>): boolean | undefined => {
  if (resolution === 'true_positive') return true
  if (status === 'false_positive') return false
  return resolution === 'false_positive' || resolution === 'benign_positive' || resolution === 'expected'
    ? false
    : undefined
}

/** Whether a verdict is a threat; undefined if it is inconclusive. */
export const callsTrouble = (verdict: Verdict | null): boolean | undefined =>
  verdict === null || verdict === 'inconclusive' ? undefined : verdict !== 'benign' && verdict !== 'likely_benign'
