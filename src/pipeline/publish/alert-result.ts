import { createHash } from 'node:crypto'
import type { Alert } from '../../schema/alert/alert.ts'
import { senderIdOf, toEnrichment, toSecurityAlert, toTriageVerdict } from '../../schema/alert/triage-formats.ts'
import type { Intelligence } from '../../schema/intelligence/intelligence.ts'
import type { AlertContext } from '../../schema/inventory/context.ts'
import type { Severity } from '../../schema/severity.ts'
import type { TriageResult } from '../../schema/triage/triage-result.ts'

/** A triaged alert with the facts that were found about it. */
export interface AlertWithResult extends Alert {
  readonly triage: TriageResult
  readonly found: {
    readonly context?: { readonly contexts: readonly AlertContext[] }
    readonly intelligence?: Intelligence
  }
}

/** The result of an alert as a message. */
export interface AlertResult {
  readonly alert_id: string
  /** The same for the same result, so that a receiver recognises a repeated message. */
  readonly message_id: string
  readonly priority: number
  readonly body: string
}

const priorities: Readonly<Record<Severity, number>> = { critical: 10, high: 8, medium: 5, low: 3, info: 1 }

/** Writes the result of an alert in the envelope of the triage services. */
export const toAlertResult = (alert: AlertWithResult, now: number): AlertResult => {
  const { triage, found } = alert
  const { calculated_at: _, ...stable } = triage
  const message_id = idOf(alert.id, JSON.stringify(stable))
  const timestamp = new Date(now).toISOString()
  const correlation_id = senderIdOf(alert)
  return {
    alert_id: alert.id,
    message_id,
    priority: priorities[alert.severity],
    body: JSON.stringify({
      _meta: { message_id, timestamp, publisher: 'vedette' },
      data: {
        message_id,
        message_type: 'alert.result',
        correlation_id,
        timestamp,
        version: '1.0',
        // This result replaces the earlier one of the rules.
        ...(hasModelAnswer(triage) && { updated: true }),
        payload: {
          alert: toSecurityAlert(alert),
          enrichment: toEnrichment(alert, found.context?.contexts ?? [], found.intelligence),
          triage_result: toTriageVerdict(alert, triage, 0),
        },
      },
    }),
  }
}

/** The earlier messages of the triage services, made from the message of a result. */
const stages = {
  normalized: { type: 'alert.normalized', payloadOf: ({ alert }: ResultPayload): unknown => alert },
  enriched: {
    type: 'alert.enriched',
    payloadOf: ({ alert, enrichment: { threat_intel: _, ...enrichment } }: ResultPayload): unknown => ({
      alert,
      enrichment,
    }),
  },
  contextualized: {
    type: 'alert.enriched_with_ti',
    payloadOf: ({ alert, enrichment }: ResultPayload): unknown => ({ alert, enrichment }),
  },
} as const
export type PublishedStage = keyof typeof stages

/** Writes the message of an earlier stage; undefined for a result that replaces an earlier one. */
export const toStageMessage = (
  stage: PublishedStage,
  body: string,
): { readonly type: string; readonly message_id: string; readonly body: string } | undefined => {
  const { _meta, data }: ResultEnvelope = JSON.parse(body)
  if (data.updated) return undefined
  const { type, payloadOf } = stages[stage]
  const message_id = idOf(_meta.message_id, type)
  const message = { ...data, message_id, message_type: type, payload: payloadOf(data.payload) }
  return { type, message_id, body: JSON.stringify({ _meta: { ..._meta, message_id }, data: message }) }
}

interface ResultPayload {
  readonly alert: object
  readonly enrichment: { readonly threat_intel?: object }
}

/** The part of a result message that earlier messages are made from. */
interface ResultEnvelope {
  readonly _meta: { readonly message_id: string }
  readonly data: { readonly updated?: boolean; readonly payload: ResultPayload }
}

const hasModelAnswer = ({ model }: TriageResult): boolean => model?.status === 'answered' || model?.status === 'cached'

/** A UUID made from what it names. */
const idOf = (...parts: readonly string[]): string => {
  const hex = createHash('sha256').update(parts.join('\0')).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
