import { duration } from '../../../lib/units/duration.ts'
import { percent, plural } from '../../../lib/units/number.ts'
import type { Detection, Entity } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import type { Severity } from '../../../schema/severity.ts'
import { type EventSample, toEvidence } from '../shared/evidence.ts'
import { list, quote, type Reason } from '../shared/explanation.ts'
import { toDetection } from '../shared/finding.ts'
import { toScore } from '../shared/score.ts'
import type { SeverityHint } from '../shared/severity-hint.ts'
import type { NewValue } from './slots.ts'
import type { Debut, KnownTemplate, TemplateMemory } from './template-memory.ts'

const detector = 'template'

/** A message seen for the first time. */
export interface NewMessage {
  readonly template: KnownTemplate
  readonly sample: EventSample
  readonly message: string
}

/** New messages of one service that came together. */
export interface NewGroup {
  readonly stream: string
  readonly host: string | undefined
  readonly start: number
  last: number
  readonly messages: NewMessage[]
  count: number
  /** How many lines of the service were known before, and over what time. */
  readonly lines: number
  readonly span: number
  /** The probabilities of a new message and of an error, when the first message came. */
  readonly chance: number
  readonly errorChance: number
  severityHint: SeverityHint
  readonly learning: boolean
  /** Whether most lines of the service are about packages, whose scripts print something else each time. */
  readonly isPackaging: boolean
  reported: boolean
  nextCount: number
  changed: boolean
}

/**
 * Returns the probability of a group: of new messages and, if it contains errors, of errors. The messages share a cause, so their
 * probabilities are not multiplied, but a larger group is less of a coincidence.
 */
export const chanceOf = ({ chance, errorChance, severityHint, count }: NewGroup): number =>
  (severityHint > 0 ? chance * errorChance : chance) / count

/** Builds the detection of new messages. */
export const explainNewMessages = (memory: TemplateMemory, group: NewGroup): Detection | undefined => {
  const [first] = group.messages
  if (!first) return undefined
  const one = group.count === 1
  const from = nameOf(memory)
  const worst = group.messages.find(({ template }) => template.severityHint === group.severityHint) ?? first
  const shown = quote(worst.message)
  const events = group.messages.reduce((sum, { template }) => sum + template.count, 0)
  const known = `${plural(group.lines, 'earlier line')} of ${from} (${duration(group.span)})`
  const often =
    group.severityHint > 0 && group.errorChance < group.chance
      ? `the probability of an error was ${percent(group.errorChance)}, of a new message ${percent(group.chance)}`
      : `the probability of a new message was ${percent(group.chance)}`
  return toDetection({
    detector,
    type: 'anomaly',
    source: memory.source,
    stream: group.stream,
    subject: `new ${first.template.id}`,
    start: group.start,
    from: group.start,
    to: group.last,
    score: toScore(chanceOf(group)),
    severity: newSeverity(group),
    title: one ? `New message from ${from}: ${shown}` : `${group.count} new messages from ${from}, such as ${shown}`,
    sentence: one
      ? `${shown} does not resemble anything in ${known}; ${often}.`
      : `${group.count} kinds of messages that resemble nothing in ${known} came within ${duration(Math.max(1000, group.last - group.start))}, such as ${shown}; ${often}.`,
    value: one ? 'first seen' : `${group.count} first seen`,
    usual: `a ${percent(group.chance)} probability of a new message`,
    reasons: [
      {
        feature: one ? 'message never seen before' : 'messages never seen before',
        value: String(group.count),
        usual: `a ${percent(group.chance)} probability`,
        pull: -Math.log10(group.chance),
      },
      ...errorReason(group.severityHint, group.errorChance),
      ...(one
        ? []
        : [
            {
              feature: 'number of new messages',
              value: `${group.count} at once`,
              usual: '1',
              pull: Math.log10(group.count),
            },
          ]),
    ],
    evidence: group.messages.map(({ sample }) => toEvidence(sample, 'first seen')),
    events: Math.max(events, group.count),
    entities: entitiesOf(
      memory,
      group.host,
      group.messages.map(({ template }) => template.id),
    ),
    key: `new message ${quote(first.message, 60)} from ${memory.key}`,
    learning: group.learning,
  })
}

/** Builds the detection of a known but very rare error. */
export const explainRareError = (
  memory: TemplateMemory,
  event: Event,
  template: KnownTemplate,
  chance: number,
  learning: boolean,
): Detection => {
  const shown = quote(event.message)
  const times = plural(template.count, 'time')
  const ago = duration(event.time - template.last)
  return toDetection({
    detector,
    type: 'anomaly',
    source: event.source,
    stream: event.stream,
    subject: `rare ${template.id}`,
    start: event.time,
    from: event.time,
    to: event.time,
    score: toScore(chance),
    severity: 'low',
    title: `Rare error from ${nameOf(memory)}: ${shown}`,
    sentence: `${shown} was seen only ${times} in ${plural(memory.lines, 'earlier line')} of ${nameOf(memory)}, last ${ago} before.`,
    value: `seen ${times} before`,
    usual: `${percent((template.count + 0.5) / (memory.lines + 1))} of the lines`,
    reasons: [
      { feature: 'earlier occurrences', value: String(template.count), usual: 'many', pull: 1 },
      { feature: 'time since the last one', value: ago, usual: 'less than a day', pull: 1 },
    ],
    evidence: [toEvidence(event, 'seen again')],
    events: 1,
    entities: entitiesOf(memory, eventHost(event), [template.id]),
    key: `rare message ${quote(event.template?.text ?? event.message, 60)} from ${memory.key}`,
    learning,
  })
}

/** Builds the detection of a new error that keeps coming, as after a deployment. */
export const explainRepeatedError = (
  memory: TemplateMemory,
  event: Event,
  template: KnownTemplate,
  { time, lines }: Debut,
): Detection => {
  const shown = quote(event.message)
  const times = plural(template.count, 'time')
  const within = duration(event.time - time)
  // A service that is new itself has fewer lines than its source had before.
  const before =
    lines > memory.lines
      ? `${plural(lines, 'earlier line')} of ${memory.source}`
      : `${plural(lines, 'earlier line')} of ${nameOf(memory)} (${duration(time - memory.since)})`
  return toDetection({
    detector,
    type: 'anomaly',
    source: event.source,
    stream: event.stream,
    subject: `repeated ${template.id}`,
    start: time,
    from: time,
    to: event.time,
    score: toScore(1 / (lines + 1) ** 2),
    severity: 'medium',
    title: `New error from ${nameOf(memory)}, ${times} in ${within}: ${shown}`,
    sentence: `${shown} came ${times} within ${within}; nothing in ${before} resembles it.`,
    value: `${times} in ${within}`,
    usual: `never in ${plural(lines, 'line')}`,
    reasons: [{ feature: 'repetitions of a new error', value: String(template.count), usual: '0', pull: 1 }],
    evidence: [toEvidence(event, 'seen again')],
    events: template.count,
    entities: entitiesOf(memory, eventHost(event), [template.id]),
    key: `new error ${quote(event.template?.text ?? event.message, 60)} from ${memory.key}`,
    learning: false,
  })
}

/** Builds the detection of a new value in a place that has had few. */
export const explainNewValue = (
  memory: TemplateMemory,
  event: Event,
  found: NewValue,
  seen: number,
  chance: number,
  learning: boolean,
): Detection => {
  const value = quote(found.value, 40)
  const known = list(
    found.known.map((word) => quote(word, 30)),
    4,
  )
  const shown = quote(event.message)
  return toDetection({
    detector,
    type: 'anomaly',
    source: event.source,
    stream: event.stream,
    subject: `value ${event.template?.id ?? ''} ${found.place} ${found.value}`,
    start: event.time,
    from: event.time,
    to: event.time,
    score: toScore(chance),
    severity: 'info',
    title: `New value ${value} in ${shown}`,
    sentence: `${shown} contains ${value}, where ${plural(seen, 'earlier line')} of the same kind from ${nameOf(memory)} contained ${known}.`,
    value,
    usual: known,
    reasons: [{ feature: 'value new in this place', value, usual: known, pull: 1 }],
    evidence: [toEvidence(event, 'first seen')],
    events: 1,
    entities: entitiesOf(memory, eventHost(event), event.template ? [event.template.id] : []),
    key: `new value in ${quote(event.template?.text ?? event.message, 60)} from ${memory.key}`,
    learning,
  })
}

export const eventHost = (event: Event): string | undefined => {
  const host = event.fields['host.name']
  return typeof host === 'string' ? host : undefined
}

const nameOf = ({ service, source }: TemplateMemory): string => service || source

const newSeverity = (group: NewGroup): Severity => {
  if (group.isPackaging && group.severityHint < 2) return 'info'
  // Where errors are common, a new one deserves no more than low.
  const unusual = group.errorChance < 0.05
  if (unusual && (group.severityHint === 2 || (group.severityHint === 1 && group.count >= 5))) return 'medium'
  return group.severityHint > 0 || toScore(group.chance) >= 0.4 ? 'low' : 'info'
}

const errorReason = (severityHint: SeverityHint, chance: number): Reason[] =>
  severityHint === 0
    ? []
    : [
        {
          feature: 'error wording',
          value: severityHint === 2 ? 'fatal' : 'error',
          usual: `${percent(chance)} of the lines`,
          pull: -Math.log10(Math.min(1, chance)),
        },
      ]

const entitiesOf = (memory: TemplateMemory, host: string | undefined, ids: readonly string[]): Entity[] => [
  ...(host ? [{ type: 'host', value: host } as const] : []),
  ...(memory.service ? [{ type: 'service', value: memory.service } as const] : []),
  ...ids.map((value): Entity => ({ type: 'template', value })),
]
