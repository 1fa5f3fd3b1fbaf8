import { type SessionFact, sayFact } from '../../../lib/sessions/sessions.ts'
import { number, plural } from '../../../lib/units/number.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import { toEvidence } from '../shared/evidence.ts'
import { toDetection } from '../shared/finding.ts'
import { toScore } from '../shared/score.ts'
import {
  type EventSession,
  entitiesOfSession,
  formatKey,
  type SessionStream,
  samplesOfSession,
} from './session-stream.ts'

/** A session that deviates from others. */
export interface UnusualSession {
  readonly session: EventSession
  readonly chance: number
  /** The strongest first. */
  readonly facts: readonly SessionFact[]
  /** How many more sessions deviate in the same way at the same time. */
  readonly others: number
  readonly learning: boolean
}

/** Builds the detection of an unusual session. */
export const explainUnusualSession = (
  detector: string,
  stream: SessionStream,
  { session, chance, facts, others, learning }: UnusualSession,
): Detection => {
  const reported = facts.map((fact) => withTexts(fact, stream.texts))
  const [lead] = reported
  const entities = entitiesOfSession(session)
  const key = formatKey(session.key)
  const service = entities.find(({ type }) => type === 'service' || type === 'process')?.value
  const what = service === undefined ? 'session' : `${service} session`
  const said = reported.slice(0, 2).map(sayFact).join(' ')
  const more = others > 0 ? ` ${plural(others, 'more session')} deviated in the same way at the same time.` : ''
  return toDetection({
    detector,
    type: 'anomaly',
    source: stream.source,
    stream: stream.stream,
    subject: `${key} ${session.time}`,
    start: session.time,
    from: session.time,
    to: session.last,
    score: toScore(chance),
    severity: chance < 1e-6 ? 'medium' : chance < 1e-3 ? 'low' : 'info',
    title: `Unusual ${what}: ${lead ? shortText(lead) : key}`,
    sentence: `This ${what} (${key}) deviates from the ${number(stream.learned.size)} before it. ${said}${more}`,
    value: plural(session.events.length, 'event'),
    usual: lead === undefined ? 'as before' : usualOf(lead),
    reasons: reported.map((fact) => ({
      feature: featureOf(fact),
      value: seenOf(fact),
      usual: usualOf(fact),
      pull: fact.weight,
    })),
    evidence: samplesOfSession(session).map((sample) => toEvidence(sample)),
    events: session.events.length,
    entities,
    key: `session of ${service ?? stream.stream} went otherwise: ${lead ? deviationKey(lead) : ''}`,
    learning,
  })
}

/** Identifies a deviation, so that sessions with the same one are grouped. */
export const deviationKey = (fact: SessionFact): string =>
  'event' in fact ? `${fact.kind} ${fact.event}` : `${fact.kind} ${fact.from ?? ''} ${fact.to ?? ''}`

/** Replaces template ids in a fact by their texts. */
const withTexts = (fact: SessionFact, texts: ReadonlyMap<string, string>): SessionFact => {
  const say = (id: string): string => texts.get(id) ?? id
  const maybe = (id: string | undefined): string | undefined => (id === undefined ? undefined : say(id))
  if ('event' in fact) return { ...fact, event: say(fact.event) }
  return { ...fact, from: maybe(fact.from), to: maybe(fact.to), usual: maybe(fact.usual) }
}

const shortText = (fact: SessionFact): string => {
  switch (fact.kind) {
    case 'new-event':
      return `new “${fact.event}”`
    case 'missing-event':
      return `“${fact.event}” is missing`
    case 'odd-count':
    case 'extra-event':
      return `“${fact.event}” ${plural(fact.count, 'time')}`
    case 'odd-start':
      return `begins with “${fact.to ?? 'nothing'}”`
    case 'odd-end':
      return `ends after “${fact.from ?? 'nothing'}”`
    case 'odd-transition':
      return `“${fact.to ?? 'end'}” after “${fact.from ?? 'start'}”`
  }
}

const featureOf = (fact: SessionFact): string => {
  const names = {
    'new-event': 'new event',
    'odd-count': 'event count',
    'missing-event': 'missing event',
    'extra-event': 'unexpected event',
    'odd-transition': 'event order',
    'odd-start': 'first event',
    'odd-end': 'last event',
  }
  return names[fact.kind]
}

const seenOf = (fact: SessionFact): string =>
  'event' in fact
    ? `${fact.event}, ${plural(fact.count, 'time')}`
    : `${fact.to ?? 'the end'} after ${fact.from ?? 'the start'}`

const usualOf = (fact: SessionFact): string => {
  if (fact.kind === 'new-event') return 'never'
  return 'event' in fact ? plural(fact.usual, 'time') : (fact.usual ?? 'the end')
}
