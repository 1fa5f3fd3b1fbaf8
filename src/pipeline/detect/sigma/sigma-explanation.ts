import type {
  CorrelationMatch,
  CorrelationRule,
  DetectionRule,
  Level,
  Match,
  RuleMatch,
} from '../../../lib/sigma/sigma.ts'
import { duration } from '../../../lib/units/duration.ts'
import { number, plural } from '../../../lib/units/number.ts'
import type { AlertType, AgentDetectionRule as RuleView } from '../../../schema/detection/detection.ts'
import type { Severity } from '../../../schema/severity.ts'
import { list, quote, type Reason } from '../shared/explanation.ts'
import type { Finding } from '../shared/finding.ts'

/** Title, texts and rating of a match. */
export type MatchTexts = Pick<
  Finding,
  'type' | 'score' | 'severity' | 'title' | 'sentence' | 'value' | 'usual' | 'reasons' | 'techniques' | 'key' | 'rule'
>

/** Maps rule levels to scores: how sure the author is that a match matters. */
const scores: Readonly<Record<Level, number>> = {
  informational: 0.15,
  low: 0.35,
  medium: 0.6,
  high: 0.85,
  critical: 0.95,
}

const toSeverity = (level: Level): Severity => (level === 'informational' ? 'info' : level)

/**
 * Explains a match by the rule's purpose, the fields that matched, and the number of matches.
 *
 * @param actor the user who acts, if it is the same in all matches
 */
export const explainRuleMatch = (match: Match, subject: string, times: number, actor?: string): MatchTexts => {
  const { rule } = match
  const level = rule.level ?? 'medium'
  const common = {
    type: typeOf(rule),
    score: scores[level],
    severity: toSeverity(level),
    title:
      subject === ''
        ? rule.title
        : `${rule.title}: ${actor === undefined || actor === subject ? '' : `${actor} from `}${subject}`,
    techniques: rule.techniques,
    key: `${rule.title} (rule ${rule.id}): ${subject}`,
    rule: toRuleView(rule),
  }
  return match.type === 'rule'
    ? { ...common, ...explainPlainMatch(match, times) }
    : { ...common, ...explainCorrelationMatch(match) }
}

const explainPlainMatch = (match: RuleMatch, times: number) => {
  const items = match.explain().map((item) => ({ ...item, wanted: shortPattern(item.wanted) }))
  const several = new Set(items.map(({ selection }) => selection)).size > 1
  const reasons: Reason[] = items.map(({ selection, field, eventField, value, wanted }) => ({
    feature: `${field ?? 'the record'}${eventField === undefined ? '' : ` (${eventField})`} ${wanted}${several ? `, by “${selection}”` : ''}`,
    value: value === undefined ? 'nothing' : quote(value),
    // A rule defines what matches, not what is usual.
    usual: '',
    pull: 1,
  }))
  const what = items.map(({ field, wanted, value }) => {
    const seen = value === undefined || wanted.includes(`"${value.toLowerCase()}"`) ? '' : ` (${quote(value)})`
    return `${field ?? 'the record'} ${wanted}${seen}`
  })
  const because = what.length > 0 ? list([...new Set(what)]) : 'the excluded values are absent'
  return {
    sentence: `${purposeOf(match.rule)} Matched because ${because}${times > 1 ? `, ${number(times)} times so far` : ''}.`,
    value: plural(times, 'event'),
    usual: 'no such event',
    reasons: reasons.length > 0 ? reasons : [{ feature: 'rule', value: 'matched', usual: 'no match', pull: 1 }],
  }
}

const longestPattern = 60

/** Shortens a regular expression; the rule shows it in full. */
const shortPattern = (wanted: string): string =>
  wanted.replace(/(?<=^matches \/)(.+)(?=\/[a-z]*$)/s, (pattern) =>
    pattern.length > longestPattern ? `${pattern.slice(0, longestPattern)}…` : pattern,
  )

const explainCorrelationMatch = (match: CorrelationMatch) => {
  const { rule, value, group, eventCount } = match
  const span = duration(rule.timespan)
  const who = Object.entries(group).map(([field, text]) => `${field} ${text}`)
  const of = who.length > 0 ? ` for ${list(who)}` : ''
  const seen = measureOf(rule, value)
  return {
    sentence: `${purposeOf(rule)} Matched ${seen} within ${span}${of}.`,
    value: `${seen} within ${span}`,
    usual: wantedOf(rule),
    reasons: [
      { feature: `${nameOf(rule)}${of}`, value: `${seen} within ${span}`, usual: wantedOf(rule), pull: 1 },
      { feature: 'correlated events', value: number(eventCount), usual: 'none', pull: 0.25 },
    ],
  }
}

const measureOf = (rule: CorrelationRule, value: number): string => {
  const field = rule.valueFields.join(' and ')
  switch (rule.correlation) {
    case 'event_count':
      return plural(value, 'event')
    case 'value_count':
      return plural(value, `different ${field}`, `different values of ${field}`)
    case 'temporal':
      return `${number(value)} of the ${rule.rules.length} rules`
    case 'temporal_ordered':
      return `${number(value)} of the ${rule.rules.length} steps, in order`
    default:
      return `the ${nameOf(rule)} of ${field} was ${number(value)}`
  }
}

const nameOf = ({ correlation, percentile }: CorrelationRule): string => {
  switch (correlation) {
    case 'event_count':
      return 'number of events'
    case 'value_count':
      return 'number of different values'
    case 'temporal':
      return 'rules matched together'
    case 'temporal_ordered':
      return 'steps in order'
    case 'value_percentile':
      return `${percentile}th percentile`
    default:
      return {
        value_sum: 'sum',
        value_avg: 'average',
        value_median: 'median',
        value_min: 'minimum',
        value_max: 'maximum',
      }[correlation]
  }
}

/** Describes values that do not match. */
const wantedOf = ({ conditions }: CorrelationRule): string => {
  const opposite = { gt: 'at most', gte: 'fewer than', lt: 'at least', lte: 'more than', eq: 'not', neq: '' } as const
  const parts = conditions.map(({ comparison, number: limit }) => `${opposite[comparison]} ${number(limit)}`.trim())
  return parts.length > 0 ? parts.join(' or ') : 'not all of them together'
}

/** Returns the first sentence of the rule's description, else its title. */
const purposeOf = ({ description, title }: DetectionRule | CorrelationRule): string => {
  const [first = ''] = (description ?? '')
    .trim()
    .replace(/\s+/g, ' ')
    .split(/(?<=[.!?])\s/)
  const text = first.length > 0 && first.length <= 300 ? first : title
  return /[.!?]$/.test(text) ? text : `${text}.`
}

const toRuleView = (rule: DetectionRule | CorrelationRule): RuleView => ({
  id: rule.id,
  title: rule.title,
  ...(rule.author !== undefined && { author: rule.author }),
  ...(rule.license !== undefined && { license: rule.license }),
  references: [...rule.references],
  false_positives: [...rule.falsePositives],
})

/** Maps ATT&CK techniques and tactics to alert types. The first match wins. */
const kinds: readonly (readonly [RegExp, AlertType])[] = [
  [/^attack\.t1110/i, 'brute_force'],
  [/^attack\.t149[89]/i, 'ddos'],
  [/^attack\.(t1566|t1598)/i, 'phishing'],
  [/^attack\.(exfiltration|t1048|t1041|t1567|t1537|t1020)/i, 'data_exfiltration'],
  [/^attack\.(t1505\.003|t1204|t1486|t1496|t1105)/i, 'malware'],
  [
    /^attack\.(initial[-_]access|credential[-_]access|privilege[-_]escalation|lateral[-_]movement|persistence|execution|command[-_]and[-_]control)/i,
    'unauthorized_access',
  ],
  [/^attack\.(defense[-_]evasion|stealth|defense[-_]impairment)/i, 'policy_violation'],
]

const typeOf = ({ tags }: DetectionRule | CorrelationRule): AlertType =>
  kinds.find(([pattern]) => tags.some((tag) => pattern.test(tag)))?.[1] ?? 'other'
