import { AppError } from '../../errors.ts'
import { plural } from '../../lib/units/number.ts'
import { day } from '../../lib/units/time.ts'
import { type Alert, openAlertStatuses } from '../../schema/alert/alert.ts'
import { severityRank } from '../../schema/severity.ts'
import type { SuppressionCover } from '../../schema/suppression.ts'
import type { Store } from '../../store/store.ts'
import { coverOf, hasSuccess } from './suppression-cover.ts'
import { readScope } from './suppression-scope.ts'

/** The days of history that a survey looks at. */
const days = 30
const mostSamples = 10
const pageSize = 500

/** The alerts that a suppression hides, or would have hidden. */
interface ScopeSurvey {
  /** In ms. */
  readonly from: number
  readonly checked: number
  readonly hidden: number
  readonly truePositives: number
  readonly openSevere: number
  readonly openSuccesses: number
  readonly covers: SuppressionCover
  /** The newest alerts; true positives come first, then those that are open and severe. */
  readonly samples: readonly Alert[]
}

/** Visits the alerts of the last 30 days, and all open ones, that match the scope of a suppression. */
export const surveyScope = async (store: Store, scope: string, now: number): Promise<ScopeSurvey> => {
  const from = now - days * day
  const { matches } = readScope(scope, now)
  const [real, severe, others]: [Alert[], Alert[], Alert[]] = [[], [], []]
  let [checked, hidden, truePositives, openSevere, openSuccesses] = [0, 0, 0, 0, 0]
  let covers = coverOf([])
  let earliest = now
  let after: string | undefined
  do {
    const page = await store.alerts.list({ limit: pageSize, after })
    for (const item of page.items) {
      // By creation time: history that was imported today is new in the queue.
      const isRecent = Date.parse(item.created_at) >= from
      const isOpen = openAlertStatuses.some((open) => open === item.status)
      if (isRecent) checked += 1
      if ((!isRecent && !isOpen) || !matches(item)) continue
      covers = coverOf([item], covers)
      earliest = Math.min(earliest, Date.parse(item.created_at))
      const isReal = item.resolution === 'true_positive'
      const isSevere = isOpen && severityRank(item.severity) >= severityRank('high')
      const isSuccess = isOpen && hasSuccess(item)
      if (isRecent) hidden += 1
      if (isReal) truePositives += 1
      if (isSevere) openSevere += 1
      if (isSuccess) openSuccesses += 1
      if (!isRecent && !isSevere && !isSuccess) continue
      const samples = isReal ? real : isSevere || isSuccess ? severe : others
      if (samples.length < mostSamples) samples.push(item)
    }
    after = page.next
  } while (after !== undefined)
  const samples = [...real, ...severe, ...others].slice(0, mostSamples)
  return {
    from,
    checked,
    hidden,
    truePositives,
    openSevere,
    openSuccesses,
    covers: { ...covers, learnt: earliest <= now - day },
    samples,
  }
}

/** Refuses to hide open alerts that a person should see first, unless a person confirmed it. */
export const requireConfirmation = (
  { openSevere, openSuccesses }: ScopeSurvey,
  isConfirmed: boolean | undefined,
): void => {
  if (isConfirmed || openSevere + openSuccesses === 0) return
  const parts = [
    ...(openSevere > 0 ? [`${plural(openSevere, 'open alert')} of high or critical severity`] : []),
    ...(openSuccesses > 0 ? [`${plural(openSuccesses, 'open alert')} in which something succeeded`] : []),
  ]
  throw new AppError('CONFLICT', `This suppression would hide ${parts.join(' and ')}.`, {
    hint: 'Preview it. Narrow the scope, or confirm it with "confirmed": true (--confirm).',
  })
}
