import { createHash } from 'node:crypto'
import type {
  AgentDetectionRule,
  AgentFinding,
  AlertType,
  Detection,
  Entity,
  Evidence,
  Observed,
} from '../../../schema/detection/detection.ts'
import { tellingEvidence } from '../../../schema/detection/telling-evidence.ts'
import type { Severity } from '../../../schema/severity.ts'
import { severityRank } from '../../../schema/severity.ts'
import { type AttackerEnd, addressRolesOf, type CountedSources } from './address-roles.ts'
import { isoTime } from './evidence.ts'
import { type Reason, toContributions } from './explanation.ts'

const maxEvidence = 20
const maxEntities = 50

/** The content of a detection. `toDetection` derives the rest. */
export interface Finding {
  readonly detector: string
  /** The kind of detection; by default `rule` with a rule, else `anomaly`. */
  readonly kind?: Detection['kind']
  readonly type: AlertType
  readonly source: string
  readonly stream: string
  /** The subject within the stream. Together with `start` it identifies the detection. */
  readonly subject: string
  readonly start: number
  readonly from: number
  readonly to: number
  readonly score: number
  readonly severity: Severity
  readonly title: string
  readonly sentence: string
  readonly value: string
  readonly usual: string
  readonly reasons: readonly Reason[]
  readonly evidence: readonly Evidence[]
  readonly events: number
  readonly entities: readonly Entity[]
  /** Source addresses with their events, if the detector counts them, because evidence is a sample. */
  readonly sources?: CountedSources
  readonly attacker?: AttackerEnd
  readonly techniques?: readonly string[]
  readonly key: string
  readonly learning: boolean
  /** Set by rule detectors. */
  readonly rule?: AgentDetectionRule
  /** Set by agents. */
  readonly agent?: AgentFinding
  /** Set for alerts of other systems. */
  readonly observed?: Observed
  readonly alertId?: string | undefined
  readonly over?: boolean
  readonly mergeWithin?: number
}

/** Turns a finding into a detection: id, contributions, limits. Severity is at most low while the detector is learning. */
export const toDetection = (finding: Finding): Detection => {
  const { detector, stream, subject, start, score, severity, learning } = finding
  const rounded = Math.round(Math.min(1, Math.max(0, score)) * 1000) / 1000
  const evidence = tellingEvidence(finding.evidence, maxEvidence)
  const detection: Detection = {
    id: createHash('sha256').update([detector, stream, subject, start].join('\0')).digest('hex').slice(0, 32),
    detector,
    kind: finding.kind ?? (finding.rule ? 'rule' : 'anomaly'),
    type: finding.type,
    first_seen: isoTime(Math.min(finding.from, finding.to)),
    last_seen: isoTime(Math.max(finding.from, finding.to)),
    source: finding.source,
    stream,
    score: rounded,
    severity: learning && severityRank(severity) > severityRank('low') ? 'low' : severity,
    title: clean(finding.title, 200),
    sentence: clean(finding.sentence, 1000),
    value: clean(finding.value, 200),
    usual: clean(finding.usual, 200),
    contributions: toContributions(rounded, finding.reasons),
    evidence,
    event_count: Math.max(evidence.length, Math.round(finding.events)),
    entities: uniqueEntities(finding.entities),
    techniques: [...(finding.techniques ?? [])],
    dedup_key: clean(finding.key, 300),
    learning,
    ...(finding.rule && { rule: finding.rule }),
    ...(finding.agent && { agent: finding.agent }),
    ...(finding.observed && { observed: finding.observed }),
    ...(finding.alertId !== undefined && { alert_id: finding.alertId }),
    ...(finding.over !== undefined && { over: finding.over }),
    ...(finding.mergeWithin !== undefined && { merge_within: finding.mergeWithin }),
  }
  const address_roles = addressRolesOf({
    ...detection,
    evidence: finding.evidence,
    sources: finding.sources,
    attacker: finding.attacker,
  })
  return address_roles ? { ...detection, address_roles } : detection
}

/** Removes control and bidirectional characters, because attackers write names in logs. */
const clean = (text: string, longest: number): string => {
  const plain = text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]+/gu, ' ')
  return plain.length > longest ? `${plain.slice(0, longest - 1)}…` : plain
}

const uniqueEntities = (entities: readonly Entity[]): Entity[] => {
  const named = entities
    .map(({ type, value }) => ({ type, value: clean(value, 256) }))
    .filter(({ value }) => value !== '')
  return [...new Map(named.map((item) => [`${item.type} ${item.value}`, item])).values()].slice(0, maxEntities)
}
