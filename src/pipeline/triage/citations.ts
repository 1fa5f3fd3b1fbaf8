import type { Alert } from '../../schema/alert/alert.ts'
import { lineTexts, shownLine } from '../../schema/detection/detection.ts'
import { showsBreakIn, tellingEvidence } from '../../schema/detection/telling-evidence.ts'
import type { AlertContext } from '../../schema/inventory/context.ts'
import { withoutPersonalData } from '../../schema/inventory/person.ts'
import type { TriageReference } from '../../schema/triage/triage-result.ts'
import type { Surroundings } from './surroundings.ts'

const mostCited = 3
const longestText = 300

/** The items that claims of a triage result may cite, with their ids. */
export interface Citations {
  readonly references: readonly TriageReference[]
  /** Returns the lines that contain one of these values, else the best lines. */
  lines(...values: readonly string[]): string[]
  /** Returns the lines that show a break-in. */
  breakIn(): string[]
  /** Returns the facts about its network, asset or user. */
  context(type: AlertContext['context_type']): string[]
  similar(): string[]
}

/** Assigns ids to the facts about an alert: lines `e1`, context `c1`, earlier alerts `a1`. Indicators have ids already (`i1`). */
export const citationsOf = ({ evidence }: Alert, { intelligence, context, history }: Surroundings): Citations => {
  const lines = evidence.map((item, i) => ({ id: `e${i + 1}`, item, text: lineTexts(item).join('\n').toLowerCase() }))
  const facts = (context?.contexts ?? []).map((item, i) => ({ id: `c${i + 1}`, item }))
  const earlier = (history?.nearest ?? []).map((item, i) => ({ id: `a${i + 1}`, item }))
  const telling = new Set(tellingEvidence(evidence, mostCited).map(({ event_id }) => event_id))
  const idsOf = (found: readonly { readonly id: string }[]) => found.slice(0, mostCited).map(({ id }) => id)

  return {
    references: [
      ...lines.map(({ id, item }) => refer(id, 'event', item.event_id, shownLine(item))),
      ...(intelligence?.references ?? []),
      ...facts.map(({ id, item }) => refer(id, 'context', nameOf(item), factsOf(item))),
      ...earlier.map(({ id, item }) => refer(id, 'alert', item.alert_id, item.title)),
    ],
    lines(...values) {
      const wanted = values.filter((value) => value !== '').map((value) => value.toLowerCase())
      const mentioning = lines.filter(({ text }) => wanted.some((value) => text.includes(value)))
      return idsOf(mentioning.length > 0 ? mentioning : lines.filter(({ item }) => telling.has(item.event_id)))
    },
    breakIn: () => idsOf(lines.filter(({ item }) => showsBreakIn(item))),
    context: (type) => idsOf(facts.filter(({ item }) => item.context_type === type)),
    similar: () => idsOf(earlier),
  }
}

const refer = (id: string, kind: TriageReference['kind'], target: string, text: string): TriageReference => ({
  id,
  kind,
  target,
  text: text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text,
})

/** Returns the subject of a fact: a name or address among its values, else its source. */
const nameOf = ({ data, source }: AlertContext): string => {
  const name = data.asset_name ?? data.asset_id ?? data.username ?? data.user_id ?? data.ip_address
  return typeof name === 'string' ? name : source
}

/** Writes a fact in one line of plain values. Contains no personal data, because every reader of the alert sees it. */
const factsOf = ({ context_type, data }: AlertContext): string => {
  const open = context_type === 'user' ? withoutPersonalData(data) : data
  const plain = Object.entries(open).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? [`${name.replaceAll('_', ' ')} ${value}`]
      : [],
  )
  return plain.length === 0 ? context_type : `${context_type}: ${plain.join(', ')}`
}
