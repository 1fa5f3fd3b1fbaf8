import type { Log } from '../../component.ts'
import { messageOf } from '../../errors.ts'
import { limited, unlessAborted } from '../../lib/deadline/deadline.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import type { AlertContext } from '../../schema/inventory/context.ts'
import { keepOpinion } from '../../schema/triage/apply-opinion.ts'
import type { TriageResult } from '../../schema/triage/triage-result.ts'
import type { Keeper, Stage } from '../stage.ts'
import { assessAlert } from './assess.ts'
import { gatherSurroundings, type Neighbours } from './gather.ts'
import type { RiskOptions } from './risk.ts'
import type { Surroundings } from './surroundings.ts'
import type { Triager } from './triager.ts'

/** An alert with its triage result, and the facts found about it. */
export interface TriagedAlert extends Alert {
  readonly triage: TriageResult
  readonly found: Surroundings
}

interface TriageOptions {
  readonly triager: Triager
  readonly neighbours: Neighbours
  /** The options of the formula, which replaces a failing triager. */
  readonly risk: RiskOptions
  readonly now: () => number
  readonly log: Log
  /** How long the lookups for a delivery may take, and then the triager, in ms. */
  readonly patience?: { readonly neighbours: number; readonly triager: number }
}

/**
 * Creates the stage that triages alerts. Every alert gets a result within both time limits. Lookups without an answer in time are listed as
 * missing. If the triager fails or hangs, the formula answers alone and asks for a review. A person's review of an alert stays.
 */
export const createTriage =
  ({
    triager,
    neighbours,
    risk,
    now,
    log,
    patience = { neighbours: 10_000, triager: 40_000 },
  }: TriageOptions): Stage<Alert, TriagedAlert> =>
  async (alerts, { signal }) => {
    if (alerts.length === 0) return []
    const inTime = <Answer>(ms: number, work: (limit: AbortSignal) => Promise<Answer>): Promise<Answer> =>
      limited(ms, signal, work, () => new Error(`no answer within ${ms / 1000} s`))
    signal.throwIfAborted()
    const surroundings = await inTime(patience.neighbours, (limit) =>
      Promise.all(alerts.map((alert) => gatherSurroundings(alert, neighbours, limit))),
    )
    signal.throwIfAborted()
    return inTime(patience.triager, (limit) =>
      Promise.all(
        alerts.map(async (alert, i): Promise<TriagedAlert> => {
          const known = surroundings[i] ?? {}
          const result = await unlessAborted(triager.assess(alert, known, limit), limit).catch(
            (error: unknown): TriageResult => {
              signal.throwIfAborted()
              const reason = messageOf(error)
              log.warn({ alert: alert.id, triager: triager.name, reason }, 'A triager failed.')
              return withoutTriager(assessAlert(alert, now(), known, risk), reason)
            },
          )
          const triage = { ...keepOpinion(result, alert.triage), review: alert.triage?.review ?? null }
          return { ...alert, triage, found: known }
        }),
      ),
    )
  }

const withoutTriager = (result: TriageResult, reason: string): TriageResult => ({
  ...result,
  requires_human_review: true,
  review_reasons: [...result.review_reasons, `triage failed: ${reason}`],
})

interface TriageKeepers<Tx> {
  readonly results: {
    save(results: readonly { readonly alertId: string; readonly result: TriageResult }[], tx: Tx): Promise<void>
  }
  readonly contexts: {
    save(
      rows: readonly { readonly alertId: string; readonly contexts: readonly AlertContext[] }[],
      tx: Tx,
    ): Promise<void>
  }
}

/** Stores triage results with the context that was found. */
export const keepTriage = <Tx>({ results, contexts }: TriageKeepers<Tx>): Keeper<TriagedAlert, Tx> => ({
  async save(alerts, tx) {
    await results.save(
      alerts.map(({ id, triage }) => ({ alertId: id, result: triage })),
      tx,
    )
    await contexts.save(
      alerts.flatMap(({ id, found }) => (found.context ? [{ alertId: id, contexts: found.context.contexts }] : [])),
      tx,
    )
  },
})
