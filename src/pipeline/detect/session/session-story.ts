import { type SessionFact, sayFact } from '../../../lib/sessions/sessions.ts'
import type { Detection } from '../../../schema/detection.ts'
import { toEvidence } from '../shared/evidence.ts'
import { number, plural } from '../shared/explanation.ts'
import { toDetection } from '../shared/finding.ts'
import { toScore } from '../shared/score.ts'
import { aboutWhom, type Session, type SessionStream, sayKey } from './session-stream.ts'

/** A session that went unlike others. */
export interface OddSession {
  readonly session: Session
  readonly chance: number
  /** The weightiest first. */
  readonly facts: readonly SessionFact[]
  /** How many of the same oddness there were at the same time. */
  readonly others: number
  readonly learning: boolean
}

/** Tells of a session that went unlike others, and what in it did. */
export const tellSession = (
  detector: string,
  stream: SessionStream,
  { session, chance, facts, others, learning }: OddSession,
): Detection => {
  const told = facts.map((fact) => inWords(fact, stream.texts))
  const [lead] = told
  const entities = aboutWhom(session)
  const key = sayKey(session.key)
  const service = entities.find(({ type }) => type === 'service' || type === 'process')?.value
  const what = service === undefined ? 'A session' : `A session of ${service}`
  const said = told.slice(0, 2).map(sayFact).join(' ')
  const more = others > 0 ? ` ${plural(others, 'more session')} went the same way at the same time.` : ''
  return toDetection({
    detector,
    type: 'anomaly',
    source: stream.source,
    stream: stream.stream,
    subject: `${key} ${session.start}`,
    start: session.start,
    from: session.start,
    to: session.last,
    score: toScore(chance),
    severity: chance < 1e-6 ? 'medium' : chance < 1e-3 ? 'low' : 'info',
    title: `${what} went otherwise: ${lead ? shortly(lead) : key}`,
    sentence: `${what} (${key}) went unlike the ${number(stream.learnt.size)} before it. ${said}${more}`,
    value: plural(session.events.length, 'event'),
    usual: lead === undefined ? 'as before' : usualOf(lead),
    reasons: told.map((fact) => ({
      feature: featureOf(fact),
      value: seenOf(fact),
      usual: usualOf(fact),
      pull: fact.weight,
    })),
    evidence: session.samples.map((sample) => toEvidence(sample)),
    events: session.events.length,
    entities,
    key: `session of ${service ?? stream.stream} went otherwise: ${lead ? signOf(lead) : ''}`,
    learning,
  })
}

/** What two sessions that went the same way have in common. */
export const signOf = (fact: SessionFact): string =>
  'event' in fact ? `${fact.kind} ${fact.event}` : `${fact.kind} ${fact.from ?? ''} ${fact.to ?? ''}`

/** A fact with what templates say for their ids. */
const inWords = (fact: SessionFact, texts: ReadonlyMap<string, string>): SessionFact => {
  const say = (id: string): string => texts.get(id) ?? id
  const maybe = (id: string | undefined): string | undefined => (id === undefined ? undefined : say(id))
  if ('event' in fact) return { ...fact, event: say(fact.event) }
  return { ...fact, from: maybe(fact.from), to: maybe(fact.to), usual: maybe(fact.usual) }
}

const shortly = (fact: SessionFact): string => {
  switch (fact.kind) {
    case 'new-event':
      return `new “${fact.event}”`
    case 'missing-event':
      return `“${fact.event}” is missing`
    case 'odd-count':
    case 'extra-event':
      return `“${fact.event}” ${fact.count} times`
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
    'new-event': 'an event never seen in a session',
    'odd-count': 'how often an event came',
    'missing-event': 'an event that is missing',
    'extra-event': 'an event that such sessions do not have',
    'odd-transition': 'what came after what',
    'odd-start': 'how it began',
    'odd-end': 'how it ended',
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
