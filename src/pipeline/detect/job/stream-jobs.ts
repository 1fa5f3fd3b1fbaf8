import { type Event, textField } from '../../../schema/event/event.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import type { EventSample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import type { Beat } from './beat.ts'
import { type ExpectedRun, type Runs, startRuns } from './schedule.ts'

export const mostMessages = 60

/** A program, or one of its messages, that may come by schedule. */
export interface Candidate {
  readonly message: string
  runs: Runs
  expected: ExpectedRun | undefined
  /** The missing run that was reported. */
  missing: ExpectedRun | undefined
  /** The rhythm of a message that comes too often for the others. */
  beat: Beat | undefined
  /** The last run, if another one is expected or was missing: no other sample is ever shown. */
  sample: EventSample
  usedAt: number
}

/** The jobs of one program. */
export interface StreamJobs {
  readonly source: string
  readonly stream: string
  readonly host: string | undefined
  readonly service: string | undefined
  readonly whole: Candidate
  readonly messages: BoundedMap<Candidate>
  /** When a message came that had not come for half a day, as those of a start do. */
  rareAt: number
  /** When a template came first that is no error and names no job: a new version of the program may write it in place of another. */
  newAt: number
  usedAt: number
}

export const startStreamJobs = (event: Event): StreamJobs => {
  const nameIn = (field: string) => flatText(textField(event, field) ?? '') || undefined
  return {
    source: event.source,
    stream: event.stream,
    host: nameIn('host.name'),
    service: nameIn('service.name'),
    whole: startCandidate('', event),
    messages: new BoundedMap(mostMessages),
    rareAt: event.time,
    newAt: event.time,
    usedAt: event.time,
  }
}

export const startCandidate = (message: string, event: Event): Candidate => ({
  message: flatText(message, 200),
  runs: startRuns(event.time),
  expected: undefined,
  missing: undefined,
  beat: undefined,
  sample: noSample,
  usedAt: event.time,
})

export const noSample: EventSample = { id: '', time: 0, original: '' }

/** Finds the messages of a new template under its former, narrower one. O(messages of the stream), for a new template. */
export const renameCandidate = ({ messages }: StreamJobs, id: string, { template }: Event): Candidate | undefined => {
  if (id !== template?.id || !template.text.includes(wildcard)) return undefined
  for (const [formerId, candidate] of messages.entries()) {
    if (!fits(candidate.message, template.text)) continue
    messages.delete(formerId)
    messages.set(flatText(id), candidate)
    return candidate
  }
  return undefined
}

const wildcard = '<*>'

/** Whether a message has the constant words of a template in their order. */
const fits = (message: string, template: string): boolean => {
  const [first = '', ...others] = template.split(wildcard)
  const end = others.pop() ?? ''
  if (!message.startsWith(first) || !message.endsWith(end)) return false
  let at = first.length
  for (const part of others) {
    const found = message.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= message.length - end.length
}
