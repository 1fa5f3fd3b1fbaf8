import { createHash } from 'node:crypto'
import type { Alert } from '../../schema/alert.ts'
import type { AlertContext } from '../../schema/context.ts'
import type { Intelligence } from '../../schema/intelligence.ts'
import type { Severity } from '../../schema/severity.ts'
import type { TriageResult } from '../../schema/triage-result.ts'
import { alertInWords, enrichmentInWords, senderIdOf, verdictInWords } from '../../schema/triage-words.ts'

/** A judged alert with what was found out around it. */
export interface Judged extends Alert {
  readonly triage: TriageResult
  readonly found: {
    readonly context?: { readonly contexts: readonly AlertContext[] }
    readonly intelligence?: Intelligence
  }
}

/** The word on an alert, ready to be sent. */
export interface AlertResult {
  readonly alert_id: string
  /** The same for the same word, so that whoever hears it twice knows. */
  readonly message_id: string
  readonly priority: number
  readonly body: string
}

const priorities: Readonly<Record<Severity, number>> = { critical: 10, high: 8, medium: 5, low: 3, info: 1 }

/** Writes what is told of a judged alert, in the envelope that the triage services put around everything. */
export const toAlertResult = (judged: Judged, now: number): AlertResult => {
  const { triage, found } = judged
  const { calculated_at: _, ...word } = triage
  const message_id = idOf(judged.id, JSON.stringify(word))
  const timestamp = new Date(now).toISOString()
  const correlation_id = senderIdOf(judged)
  return {
    alert_id: judged.id,
    message_id,
    priority: priorities[judged.severity],
    body: JSON.stringify({
      _meta: { message_id, timestamp, publisher: 'vedette' },
      data: {
        message_id,
        message_type: 'alert.result',
        correlation_id,
        timestamp,
        version: '1.0',
        // The rules' word went out before: this one takes its place.
        ...(hasModelWord(triage) && { updated: true }),
        payload: {
          alert: alertInWords(judged),
          enrichment: enrichmentInWords(judged, found.context?.contexts ?? [], found.intelligence),
          triage_result: verdictInWords(judged, triage, 0),
        },
      },
    }),
  }
}

const hasModelWord = ({ model }: TriageResult): boolean => model?.status === 'answered' || model?.status === 'cached'

/** A UUID made from what it names. */
const idOf = (...parts: readonly string[]): string => {
  const hex = createHash('sha256').update(parts.join('\0')).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
