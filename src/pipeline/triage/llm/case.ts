import {
  createMasker,
  type Masker,
  type NameKind,
  plainText,
  type Treatment,
} from '../../../lib/redaction/redaction.ts'
import type { Alert } from '../../../schema/alert/alert.ts'
import type { TriageResult } from '../../../schema/triage/triage-result.ts'

/** How to treat each kind of name and each part of a case. */
export interface RedactionPolicy {
  readonly names: Readonly<Record<NameKind, Treatment>>
  readonly parts: Readonly<Record<CasePart, 'send' | 'never'>>
}
export type CasePart = 'lines' | 'indicators' | 'context' | 'similar'

/** An alert in the form that a model sees. */
export interface Case {
  /** The JSON for the prompt. */
  readonly data: string
  /** The items that claims may cite, by id, without masking. */
  readonly citable: ReadonlyMap<string, string>
  readonly masker: Masker
}

/** The id for citing the alert itself: its counts and times. */
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
 * Builds a model's data from an alert and its triage result. All text is plain and masked, secrets are removed, and forbidden parts left
 * out. Deterministic.
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
    // The id of an earlier alert means nothing to a model.
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

/** Masks all texts of a value. Keys are ours and stay. */
const maskAll = (value: unknown, mask: (text: string) => string): unknown => {
  if (typeof value === 'string') return mask(value)
  if (Array.isArray(value)) return value.map((item) => maskAll(item, mask))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === 'id' ? item : maskAll(item, mask)]),
  )
}
