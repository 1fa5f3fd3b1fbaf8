import type { Alert } from '../../schema/alert.ts'
import type { AlertContext } from '../../schema/context.ts'
import { withoutPersonalData } from '../../schema/person.ts'
import { showsBreakIn, tellingEvidence } from '../../schema/telling-evidence.ts'
import type { TriageReference } from '../../schema/triage-result.ts'
import type { Surroundings } from './surroundings.ts'

const mostCited = 3
const longestText = 300

/** Everything that the claims of one card may cite, and the ids to cite it by. */
export interface Citations {
  readonly references: readonly TriageReference[]
  /** The lines that mention one of these values; where none does, the most telling ones. */
  lines(...values: readonly string[]): string[]
  /** The lines that show that somebody got in. */
  breakIn(): string[]
  /** What is known of its network, its asset, its user. */
  context(type: AlertContext['context_type']): string[]
  similar(): string[]
}

/** Numbers what is known of an alert: lines `e1`, facts `c1`, earlier alerts `a1`; indicators `i1` have their numbers already. */
export const citationsOf = ({ evidence }: Alert, { intelligence, context, history }: Surroundings): Citations => {
  const lines = evidence.map((item, i) => ({ id: `e${i + 1}`, item, text: item.line.toLowerCase() }))
  const facts = (context?.contexts ?? []).map((item, i) => ({ id: `c${i + 1}`, item }))
  const earlier = (history?.nearest ?? []).map((item, i) => ({ id: `a${i + 1}`, item }))
  const telling = new Set(tellingEvidence(evidence, mostCited).map(({ event_id }) => event_id))
  const idsOf = (found: readonly { readonly id: string }[]) => found.slice(0, mostCited).map(({ id }) => id)

  return {
    references: [
      ...lines.map(({ id, item }) => refer(id, 'event', item.event_id, item.line)),
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

/** What a fact is about: the name or address among its values, else who says so. */
const nameOf = ({ data, source }: AlertContext): string => {
  const name = data.asset_name ?? data.asset_id ?? data.username ?? data.user_id ?? data.ip_address
  return typeof name === 'string' ? name : source
}

/** Tells a fact in a line: its plain values, nothing nested. Everybody who reads the alert reads it, so it holds no personal data. */
const factsOf = ({ context_type, data }: AlertContext): string => {
  const open = context_type === 'user' ? withoutPersonalData(data) : data
  const plain = Object.entries(open).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? [`${name.replaceAll('_', ' ')} ${value}`]
      : [],
  )
  return plain.length === 0 ? context_type : `${context_type}: ${plain.join(', ')}`
}
