import type { Event } from '../../../schema/event/event.ts'
import { textField } from '../../../schema/event/event.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import type { EventSample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import type { SeverityHint } from '../shared/severity-hint.ts'
import type { Deviation } from './deviation.ts'
import { type OnBucketEnd, type RateMeter, startMeter } from './meter.ts'
import type { PastAnomaly } from './past-anomalies.ts'

/** A template is tracked on its own after this many events, up to a limit per stream. */
export const followedFrom = 20
export const mostFollowed = 16
const mostTemplates = 500

/** How many empty buckets in a row to learn, for a stream and for its parts. */
const streamZeros = 60
const partZeros = 24
/** Buckets of errors or templates with fewer events are not scored. */
const leastOfPart = 5

/** A tracked rate: of a stream, of its errors or of one of its templates. */
export interface Rate {
  readonly kind: 'all' | 'errors' | 'template'
  readonly meter: RateMeter
  /** Receives ended buckets; set at the first one. */
  onBucketEnd: OnBucketEnd | undefined
  readonly template: { readonly id: string; readonly message: string } | undefined
  readonly severityHint: SeverityHint
  high: Deviation | undefined
  low: Deviation | undefined
  /** The majority stream (for a whole source) or template among the events of the open bucket. */
  lead: string
  leadCount: number
  /** The text of `lead`: the stream or a message. */
  leadText: string
  /** The spikes of the past weeks. */
  past: PastAnomaly[]
  /** The last event before the open bucket. */
  latest: EventSample | undefined
}

interface Candidate {
  count: number
  rate: Rate | undefined
  usedAt: number
}

/** The rates of one stream, or of a whole source with several streams. */
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
  lines: number
  /** The longest pauses between two events, in ms. */
  longestGap: number
  secondGap: number
  /** The sum of its pauses of most of a day, in ms. */
  paused: number
  /** When it last continued after a pause of most of a day. */
  resumedAt: number
  /** Whether its present silence was reported. */
  isSilent: boolean
  /** Whether events arrive as they happen, so that the wall clock shows a silence. */
  live: boolean
  /** The end of the last spike of the stream or its errors. Until then its templates report none. */
  spikeUntil: number
  usedAt: number
}

export const startRate = (
  kind: Rate['kind'],
  severityHint: SeverityHint,
  width?: number,
  template?: { readonly id: string; readonly message: string },
): Rate => ({
  kind,
  meter: kind === 'all' ? startMeter(streamZeros, 0, width) : startMeter(partZeros, leastOfPart, width),
  onBucketEnd: undefined,
  template,
  severityHint,
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
  lines: 0,
  longestGap: 0,
  secondGap: 0,
  paused: 0,
  resumedAt: Number.NEGATIVE_INFINITY,
  isSilent: false,
  live: false,
  spikeUntil: Number.NEGATIVE_INFINITY,
  usedAt: event.time,
})

const nameIn = (event: Event, field: string): string | undefined => {
  const name = textField(event, field)
  return name === undefined ? undefined : flatText(name)
}

/** Restores a saved track. */
export const restartTrack = (
  saved: Pick<
    Track,
    | 'source'
    | 'stream'
    | 'host'
    | 'service'
    | 'whole'
    | 'since'
    | 'newest'
    | 'lines'
    | 'longestGap'
    | 'secondGap'
    | 'paused'
    | 'resumedAt'
    | 'isSilent'
    | 'live'
    | 'all'
    | 'errors'
    | 'followed'
  >,
): Track => {
  const templates = new BoundedMap<Candidate>(mostTemplates)
  for (const rate of saved.followed) {
    if (rate.template) templates.set(rate.template.id, { count: followedFrom, rate, usedAt: saved.newest })
  }
  return { ...saved, templates, spikeUntil: Number.NEGATIVE_INFINITY, usedAt: saved.newest }
}

/** Boyer–Moore majority vote. A stream or template with more than half of the events is the lead, and has at least `leadCount` of them. */
export const vote = (rate: Rate, key: string, text: string): void => {
  if (rate.leadCount === 0) {
    rate.lead = key
    rate.leadText = text
  }
  rate.leadCount += rate.lead === key ? 1 : -1
}

/** Returns all tracked rates of a track. */
export const ratesOf = ({ all, errors, followed }: Track): Rate[] => [all, ...(errors ? [errors] : []), ...followed]
