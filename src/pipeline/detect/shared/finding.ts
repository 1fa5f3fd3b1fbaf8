import { createHash } from 'node:crypto'
import type {
  AgentFinding,
  AlertType,
  Detection,
  DetectionRule,
  Entity,
  Evidence,
  Observed,
} from '../../../schema/detection.ts'
import type { Severity } from '../../../schema/severity.ts'
import { severityRank } from '../../../schema/severity.ts'
import { tellingEvidence } from '../../../schema/telling-evidence.ts'
import { type AttackerEnd, addressRolesOf, type CountedSources } from './address-roles.ts'
import { isoTime } from './evidence.ts'
import { type Reason, toContributions } from './explanation.ts'

const maxEvidence = 20
const maxEntities = 50

/** What a detector has to say; the rest of a detection follows from it. */
export interface Finding {
  readonly detector: string
  /** What sort of finding it is; a rule's where there is one, else an anomaly. */
  readonly kind?: Detection['kind']
  readonly type: AlertType
  readonly source: string
  readonly stream: string
  /** What it is about, within the stream; with `start` it names the detection. */
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
  /** Source addresses with their events, where the detector counts them: not every line is kept as evidence. */
  readonly sources?: CountedSources
  readonly attacker?: AttackerEnd
  readonly techniques?: readonly string[]
  readonly key: string
  readonly learning: boolean
  /** For what a rule says. */
  readonly rule?: DetectionRule
  /** For what an agent says. */
  readonly agent?: AgentFinding
  /** For what another system says. */
  readonly observed?: Observed
  readonly alertId?: string | undefined
  readonly over?: boolean
  readonly mergeWithin?: number
}

/** Makes a detection of a finding: its id, its arithmetic, its limits. What is still being learnt is never graver than low. */
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

/** Names in a log are written by strangers: what could break a line, or turn it around, is taken out. */
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
