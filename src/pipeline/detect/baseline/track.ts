import type { Event } from '../../../schema/event.ts'
import { textField } from '../../../schema/event.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import type { Deviation } from '../shared/deviation.ts'
import type { Sample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import type { Gravity } from '../shared/gravity.ts'
import type { Habit } from '../shared/habit.ts'
import { type Closed, type Meter, startMeter } from '../shared/meter.ts'

/** A template is followed on its own once it was seen this often, and not more of them than this per stream. */
export const followedFrom = 20
export const mostFollowed = 16
const mostTemplates = 500

/** Empty buckets in a row that a stream learns, and that one of its parts does. */
const streamZeros = 60
const partZeros = 24
/** Fewer errors or lines of a template than this are not worth judging. */
const leastOfPart = 5

/** A rate that is followed: of a stream, of its errors, of one of its templates. */
export interface Rate {
  readonly kind: 'all' | 'errors' | 'template'
  readonly meter: Meter
  /** Who hears of its buckets; set when the first ends. */
  closed: Closed | undefined
  readonly template: { readonly id: string; readonly message: string } | undefined
  readonly gravity: Gravity
  high: Deviation | undefined
  low: Deviation | undefined
  /** What most of the events in the open bucket are alike in, by majority vote: their stream, for a source as a whole, else their template. */
  lead: string
  leadCount: number
  /** The same in words: the stream, or a message. */
  leadText: string
  /** How large its spikes of the past weeks were: what comes every week is no news. */
  past: Habit[]
  /** The last event of the last bucket that had one. */
  latest: Sample | undefined
}

interface Candidate {
  count: number
  rate: Rate | undefined
  usedAt: number
}

/** The rates of one stream; or, where a source has several streams, of the source as a whole. */
export interface Track {
  readonly source: string
  readonly stream: string
  readonly host: string | undefined
  readonly service: string | undefined
  readonly whole: boolean
  readonly all: Rate
  errors: Rate | undefined
  readonly templates: BoundedMap<Candidate>
  followed: Rate[]
  since: number
  newest: number
  /** Whether its events were heard as they happened, so that the clock on the wall says when it is silent. */
  live: boolean
  /** Until when the last spike of the stream or of its errors went: its templates have nothing to add then. */
  spikeUntil: number
  usedAt: number
}

export const startRate = (
  kind: Rate['kind'],
  gravity: Gravity,
  width?: number,
  template?: { readonly id: string; readonly message: string },
): Rate => ({
  kind,
  meter: kind === 'all' ? startMeter(streamZeros, 0, width) : startMeter(partZeros, leastOfPart, width),
  closed: undefined,
  template,
  gravity,
  high: undefined,
  low: undefined,
  lead: '',
  leadCount: 0,
  leadText: '',
  past: [],
  latest: undefined,
})

export const startTrack = (event: Event, whole: boolean): Track => ({
  source: event.source,
  stream: whole ? event.source : event.stream,
  host: whole ? undefined : nameIn(event, 'host.name'),
  service: whole ? undefined : nameIn(event, 'service.name'),
  whole,
  all: startRate('all', 0),
  errors: undefined,
  templates: new BoundedMap(mostTemplates),
  followed: [],
  since: event.time,
  newest: event.time,
  live: false,
  spikeUntil: Number.NEGATIVE_INFINITY,
  usedAt: event.time,
})

const nameIn = (event: Event, field: string): string | undefined => {
  const name = textField(event, field)
  return name === undefined ? undefined : flatText(name)
}

/** Makes a track of what was saved of it. */
export const restartTrack = (
  saved: Pick<
    Track,
    'source' | 'stream' | 'host' | 'service' | 'whole' | 'since' | 'newest' | 'live' | 'all' | 'errors' | 'followed'
  >,
): Track => {
  const templates = new BoundedMap<Candidate>(mostTemplates)
  for (const rate of saved.followed) {
    if (rate.template) templates.set(rate.template.id, { count: followedFrom, rate, usedAt: saved.newest })
  }
  return { ...saved, templates, spikeUntil: Number.NEGATIVE_INFINITY, usedAt: saved.newest }
}

/** Boyer and Moore's majority vote: if one has more than half of the events, it is the lead; and it has at least `leadCount` of them. */
export const vote = (rate: Rate, key: string, text: string): void => {
  if (rate.leadCount === 0) {
    rate.lead = key
    rate.leadText = text
  }
  rate.leadCount += rate.lead === key ? 1 : -1
}

/** All rates of a track that are followed now. */
export const ratesOf = ({ all, errors, followed }: Track): Rate[] => [all, ...(errors ? [errors] : []), ...followed]
