import type { Log } from '../../component.ts'
import { messageOf } from '../../errors.ts'
import type { Alert } from '../../schema/alert.ts'
import type { TriageResult } from '../../schema/triage-result.ts'
import type { Keeper, Stage } from '../stage.ts'
import { assessAlert } from './assess.ts'
import type { Triager } from './triager.ts'

/** Makes the stage that judges alerts. When the triager fails, the formula answers alone and asks for a person's look. */
export const createTriage =
  (triager: Triager, { now, log }: { readonly now: () => number; readonly log: Log }): Stage<Alert, Alert> =>
  (alerts, { signal }) =>
    Promise.all(
      alerts.map(async (alert) => ({
        ...alert,
        triage: await triager.judge(alert, signal).catch((error: unknown): TriageResult => {
          if (signal.aborted) throw error
          log.warn({ alert: alert.id, triager: triager.name, reason: messageOf(error) }, 'A triager failed.')
          return { ...assessAlert(alert, now()), requires_human_review: true }
        }),
      })),
    )

interface TriageResults<Tx> {
  save(results: readonly { readonly alertId: string; readonly result: TriageResult }[], tx: Tx): Promise<void>
}

/** Keeps the results that judged alerts bear. */
export const keepResults = <Tx>(results: TriageResults<Tx>): Keeper<Alert, Tx> => ({
  save: (alerts, tx) =>
    results.save(
      alerts.flatMap(({ id, triage }) => (triage ? { alertId: id, result: triage } : [])),
      tx,
    ),
})
