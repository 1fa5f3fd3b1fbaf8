import {
  createMasker,
  type Masker,
  type NameKind,
  plainText,
  type Treatment,
} from '../../../lib/redaction/redaction.ts'
import type { Alert } from '../../../schema/alert.ts'
import type { TriageResult } from '../../../schema/triage-result.ts'

/** What leaves of each kind of name, and of each part of a case. */
export interface RedactionPolicy {
  readonly names: Readonly<Record<NameKind, Treatment>>
  readonly parts: Readonly<Record<CasePart, 'send' | 'never'>>
}
export type CasePart = 'lines' | 'indicators' | 'context' | 'similar'

/** An alert as a model gets to see it. */
export interface Case {
  /** The JSON that goes into the prompt. */
  readonly data: string
  /** What claims may cite, by id: as it is here, with nothing masked. */
  readonly citable: ReadonlyMap<string, string>
  readonly masker: Masker
}

/** The id by which the alert itself is cited: its counts and times. */
export const alertItself = 's1'

const nameKindOf: Readonly<Record<string, NameKind>> = {
  ip: 'ip',
  user: 'user',
  host: 'host',
  asset: 'host',
  device: 'host',
  domain: 'domain',
  url: 'url',
  hash: 'hash',
  file: 'file',
  process: 'process',
}

/**
 * Makes the data that a model gets of an alert and its card: every text plain and masked, secrets taken out, parts that may not leave left
 * out. The same alert and card give the same data.
 */
export const caseOf = (alert: Alert, card: TriageResult, { names, parts }: RedactionPolicy): Case => {
  const known = alert.entities.flatMap(({ type, value }) => {
    const kind = nameKindOf[type]
    return kind === undefined ? [] : [{ kind, value: plainText(value) }]
  })
  const masker = createMasker({ treatment: names, known })
  const mask = (text: string): string => masker.mask(plainText(text))
  const evidence = new Map(alert.evidence.map((item) => [item.event_id, item]))
  const items = (kind: TriageResult['references'][number]['kind']) =>
    card.references.filter((reference) => reference.kind === kind)

  const itself = {
    type: alert.type,
    severity: alert.severity,
    title: alert.title,
    sentence: alert.sentence,
    value: alert.value,
    usual: alert.usual,
    detectors: alert.detectors.join(', '),
    techniques: alert.techniques.join(', '),
    events: alert.event_count,
    first_seen: alert.first_seen,
    last_seen: alert.last_seen,
    about: alert.entities.map(({ type, value }) => `${type} ${value}`).join(', '),
    still_learning: alert.learning,
  }
  const lines = items('event').map(({ id, target, text }) => {
    const item = evidence.get(target)
    return { id, time: item?.time ?? '', role: item?.role ?? '', line: item?.line ?? text }
  })
  const others = (kind: 'indicator' | 'context' | 'alert') =>
    items(kind).map(({ id, target, text }) => ({ id, about: target, text }))
  const sent = {
    alert: { id: alertItself, ...itself },
    ...(parts.lines === 'send' && { lines }),
    ...(parts.indicators === 'send' && { indicators: others('indicator') }),
    ...(parts.context === 'send' && { context: others('context') }),
    // The id of an earlier alert tells a model nothing.
    ...(parts.similar === 'send' && { earlier_alerts: others('alert').map(({ id, text }) => ({ id, text })) }),
  }
  const rules = {
    verdict: card.verdict,
    risk_level: card.risk_level,
    reasons: card.claims.map(({ sign, text }) => ({ sign, text })),
    missing: card.missing,
  }
  return {
    data: JSON.stringify(maskAll({ ...sent, rules }, mask), undefined, 1),
    citable: new Map(
      [
        sent.alert,
        ...(sent.lines ?? []),
        ...(sent.indicators ?? []),
        ...(sent.context ?? []),
        ...(sent.earlier_alerts ?? []),
      ].map(({ id, ...facts }) => [
        id,
        Object.values(facts)
          .map((fact) => plainText(String(fact)))
          .join('\n'),
      ]),
    ),
    masker,
  }
}

/** Masks every text below, whatever it is called; keys are ours. */
const maskAll = (value: unknown, mask: (text: string) => string): unknown => {
  if (typeof value === 'string') return mask(value)
  if (Array.isArray(value)) return value.map((item) => maskAll(item, mask))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === 'id' ? item : maskAll(item, mask)]),
  )
}
