import { day } from '../../../lib/units/time.ts'
import { type Alert, openAlertStatuses } from '../../../schema/alert/alert.ts'
import { moreSevere, type Severity, severityRank } from '../../../schema/severity.ts'
import type { ModelOpinion, OpinionDraft, TriageResult } from '../../../schema/triage/triage-result.ts'
import type { Delivery } from '../../stage.ts'
import type { TriagedAlert } from '../triage.ts'
import { createSharedWork } from './shared-work.ts'
import { isAnswer, isUnheard } from './store-opinions.ts'

/** A question about an alert. */
export interface ModelRequest {
  readonly alert: Alert
  readonly card: TriageResult
  /** The person who waits for the answer. Cached answers are ignored for them. */
  readonly asker?: { readonly onDraft?: ((draft: OpinionDraft) => void) | undefined } | undefined
}

/** Handles questions up to the stored opinions: the part of the pipeline that begins here. */
type Handler<Tx> = (
  requests: readonly ModelRequest[],
  delivery: Delivery<Tx>,
) => Promise<readonly { readonly opinion: ModelOpinion }[]>

interface RequestsOptions<Tx> {
  /** The durable list of alerts waiting for a model. */
  readonly list: {
    request(alertIds: readonly string[], dueAt: number, tx: Tx): Promise<void>
    claim(at: number, until: number, limit: number): Promise<readonly string[]>
    postpone(alertId: string, from: number, to: number): Promise<void>
    done(alertId: string, until: number): Promise<void>
  }
  readonly alerts: { get(id: string): Promise<Alert | undefined> }
  /** Starts at the first `open`. */
  readonly transaction: () => { open(): Promise<Tx>; commit(): Promise<void>; rollback(): Promise<void> }
  /** Whether a model is configured whose opinions have an effect. */
  readonly counts: boolean
  readonly shadows: {
    note(alert: Alert, card: TriageResult, opinion: ModelOpinion): Promise<void>
    listen(alert: Alert, card: TriageResult, signal: AbortSignal): Promise<void>
  }
  /** Returns a hash of the whole question. */
  readonly hashOf: (alert: Alert, card: TriageResult) => string
  readonly minLevel: Severity
  /** How long after an answer to ask about a changed alert again, in ms. */
  readonly again: number
  readonly concurrency: number
  /** Longer than all attempts for one alert, in ms. */
  readonly hold: number
  readonly now: () => number
  readonly signal: AbortSignal
}

/** How old an alert may be to retry a model that does not answer, in ms. */
const tryFor = day

/**
 * Creates the list of alerts waiting for a language model. Questions run outside the queue's topics, because they take minutes and may wait
 * for hours. Each runs at least once.
 */
export const createModelRequests = <Tx>({ list, alerts, shadows, now, signal, ...options }: RequestsOptions<Tx>) => {
  const share = createSharedWork<OpinionDraft, ModelOpinion>()
  let handle: Handler<Tx> = async () => []

  const consult = (
    alert: Alert,
    card: TriageResult,
    listener: { readonly onDraft?: ((draft: OpinionDraft) => void) | undefined; readonly signal: AbortSignal },
    forPerson: boolean,
  ): Promise<ModelOpinion> =>
    share(
      alert.id,
      async (send, left) => {
        const transaction = options.transaction()
        try {
          const asker = forPerson ? { onDraft: listener.onDraft && send } : undefined
          const [answer] = await handle([{ alert, card, asker }], {
            id: `opinion-${alert.id}`,
            attempt: 1,
            signal: AbortSignal.any([left, signal]),
            transaction: transaction.open,
          })
          if (!answer) throw new Error('Nothing asks the language models.')
          await transaction.commit()
          await shadows.note(alert, card, answer.opinion)
          return answer.opinion
        } catch (error) {
          await transaction.rollback()
          throw error
        }
      },
      { send: listener.onDraft, signal: listener.signal },
    )

  /** Asks about one due alert. */
  const work = async (id: string, until: number, ended: AbortSignal): Promise<void> => {
    const alert = await alerts.get(id)
    const card = alert?.triage
    if (!alert || !card || !isWorthwhile(alert, options.minLevel)) return list.done(id, until)
    const before = card.model
    if (before && isAnswer(before)) {
      if (before.input_hash === options.hashOf(alert, card)) return list.done(id, until)
      const next = Date.parse(before.asked_at) + options.again
      if (next > now()) return list.postpone(id, until, next)
    }
    const ask = async (): Promise<ModelOpinion | undefined> => {
      const opinion = options.counts ? await consult(alert, card, { signal: ended }, false) : undefined
      await shadows.listen(alert, card, ended)
      return opinion
    }
    const opinion = await ask().catch(async (error: unknown) => {
      if (!ended.aborted) await list.done(id, until)
      throw error
    })
    if (opinion && isUnheard(opinion) && Date.parse(alert.created_at) > now() - tryFor) {
      return list.postpone(id, until, now() + options.again)
    }
    await list.done(id, until)
  }

  return {
    /** Requests opinions about alerts that are severe enough. */
    async save(alerts: readonly TriagedAlert[], tx: Tx): Promise<void> {
      const wanted = alerts.filter((alert) => isWorthwhile(alert, options.minLevel))
      if (wanted.length === 0) return
      await list.request(
        wanted.map(({ id }) => id),
        now(),
        tx,
      )
    },
    consume(handler: Handler<Tx>): void {
      handle = handler
    },
    /** Asks about an alert now, for a person. Concurrent requests for the same alert share one answer. */
    ask: (alert: Alert, card: TriageResult, listener: Parameters<typeof consult>[2]) =>
      consult(alert, card, listener, true),
    /** Asks about all due alerts. */
    async workDue(ended: AbortSignal): Promise<void> {
      const until = now() + options.hold
      const ids = await list.claim(now(), until, options.concurrency)
      const results = await Promise.allSettled(ids.map((id) => work(id, until, ended)))
      for (const result of results) if (result.status === 'rejected' && !ended.aborted) throw result.reason
    },
  }
}

const isWorthwhile = (alert: Alert, least: Severity): boolean =>
  alert.triage !== null &&
  openAlertStatuses.some((open) => open === alert.status) &&
  severityRank(moreSevere(alert.triage.risk_level, alert.severity)) >= severityRank(least)
