import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import { hour } from '../../../lib/units/time.ts'
import type { Event } from '../../../schema/event/event.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { flatText } from '../shared/flat-text.ts'
import { severityHintOf } from '../shared/severity-hint.ts'
import { isAwake, learnEmptyGap, learnEmptyPast } from './meter.ts'
import { followedFrom, mostFollowed, type Rate, ratesOf, startRate, startTrack, type Track } from './track.ts'

/** A larger step of a source's clock needs a second event as confirmation. */
const leap = hour

/** The streams of one source. They share a clock: a stream is silent if the others continue without it. */
export interface SourceTracks {
  readonly tracks: Map<string, Track>
  /** The source as a whole, once it has two streams. */
  whole: Track | undefined
  newest: number
  /** The time of an unconfirmed leap forward. */
  leap: number
  /** The earliest end of an open bucket of any rate. */
  due: number
  /** The numbers of its first and its last event, counting all that were delivered since the start. */
  begun: number
  lasted: number
}

/** All tracks, by stream and by source, within the limits. */
export interface TrackBook {
  readonly sources: ReadonlyMap<string, SourceTracks>
  get(stream: string): Track | undefined
  /** Notes that an event of a source was delivered. */
  note(source: SourceTracks): void
  /** Adds a track for a new stream, if there is a place for it. */
  begin(event: Event): Track | undefined
  /** Returns the rate of an event's template, once it is common enough to track. */
  templateOf(track: Track, event: Event): Rate | undefined
  /** Returns the rate of a track's errors. Creates it at the first error. */
  errorsOf(track: Track, event: Event): Rate | undefined
  /** Replaces all tracks. */
  replace(tracks: readonly Track[]): void
  /** Writes the clocks of the sources. They come at the end of a state, because earlier releases did not save them. */
  writeClocks(writer: Writer): void
  readClocks(reader: Reader): void
}

interface Limits {
  readonly max_streams: number
  readonly max_series: number
}

export const createTrackBook = (limits: Limits): TrackBook => {
  let tracks = new BoundedMap<Track>(limits.max_streams)
  const sources = new Map<string, SourceTracks>()
  let followed = 0
  let delivered = 0

  const open = (name: string, newest: number): SourceTracks => {
    const known = sources.get(name)
    if (known) return known
    const source: SourceTracks = {
      tracks: new Map(),
      whole: undefined,
      newest,
      leap: Number.POSITIVE_INFINITY,
      due: newest,
      begun: Number.POSITIVE_INFINITY,
      lasted: Number.NEGATIVE_INFINITY,
    }
    sources.set(name, source)
    return source
  }
  const forget = (track: Track): void => {
    followed -= ratesOf(track).length
    const source = sources.get(track.source)
    source?.tracks.delete(track.stream)
    if (!source || source.tracks.size > 0) return
    if (source.whole?.errors) followed--
    sources.delete(track.source)
  }
  const add = (track: Track): void => {
    followed += ratesOf(track).length
    open(track.source, track.newest).tracks.set(track.stream, track)
    const gone = tracks.set(track.stream, track)
    if (gone) forget(gone.value)
  }
  /** Moves the deadline of a source forward, because a new rate may end its bucket first. */
  const checkSoon = ({ source }: Track, time: number): void => {
    const home = sources.get(source)
    if (home) home.due = Math.min(home.due, time)
  }

  return {
    sources,
    get: (stream) => tracks.get(stream),
    note(source) {
      delivered++
      source.begun = Math.min(source.begun, delivered)
      source.lasted = delivered
    },
    begin(event) {
      if (!tracks.admits(event.stream)) return undefined
      const source = open(event.source, event.time)
      const track = startTrack(event, false)
      add(track)
      checkSoon(track, event.time)
      if (source.tracks.size === 2) source.whole ??= startTrack(event, true)
      return track
    },
    templateOf(track, event) {
      const id = event.template?.id
      if (id === undefined) return undefined
      const candidate = track.templates.get(id)
      if (!candidate) {
        track.templates.set(id, { count: 1, rate: undefined, usedAt: event.time })
        return undefined
      }
      candidate.count++
      candidate.usedAt = event.time
      if (candidate.rate || candidate.count < followedFrom) return candidate.rate
      if (track.followed.length >= mostFollowed || followed >= limits.max_series) return undefined
      const message = flatText(event.template?.text.replaceAll('<*>', '…') ?? event.message, 200)
      candidate.rate = startRate('template', severityHintOf(event), track.all.meter.width, { id, message })
      track.followed.push(candidate.rate)
      followed++
      checkSoon(track, event.time)
      return candidate.rate
    },
    errorsOf(track, event) {
      if (track.errors) {
        if (isAwake(track.all.meter, event.time)) learnEmptyGap(track.errors.meter, event.time)
        return track.errors
      }
      if (followed >= limits.max_series && !track.whole) return undefined
      track.errors = startRate('errors', 2, track.all.meter.width)
      followed++
      checkSoon(track, event.time)
      learnEmptyPast(track.errors.meter, track.since, event.time)
      return track.errors
    },
    replace(saved) {
      tracks = new BoundedMap(limits.max_streams)
      sources.clear()
      followed = 0
      for (const track of saved) {
        const source = open(track.source, track.newest)
        source.newest = Math.max(source.newest, track.newest)
        source.due = Number.NEGATIVE_INFINITY
        if (!track.whole) add(track)
        else {
          source.whole = track
          if (track.errors) followed++
        }
      }
    },
    writeClocks(writer) {
      writer.f64(delivered).varint(sources.size)
      for (const [name, { newest, leap, due, begun, lasted }] of sources) {
        writer.text(name)
        for (const value of [newest, leap, due, begun, lasted]) writer.f64(value)
      }
    },
    readClocks(reader) {
      if (reader.ended) return
      delivered = reader.f64()
      for (let left = reader.varint(); left > 0; left--) {
        const source = sources.get(reader.text())
        const [newest, leap, due] = [reader.f64(), reader.f64(), reader.f64()]
        const [begun, lasted] = [reader.f64(), reader.f64()]
        if (source) Object.assign(source, { newest, leap, due, begun, lasted })
      }
    },
  }
}

/** Advances a source's clock. A leap needs a second event, so that one wrong year does not silence all streams. */
export const advanceClock = (source: SourceTracks, time: number): void => {
  if (time <= source.newest) return
  if (time - source.newest <= leap) source.newest = time
  else if (time < source.leap - leap) source.leap = time
  else if (time - source.leap > leap) {
    source.newest = source.leap
    source.leap = time
  } else source.newest = time
}

/**
 * Returns how far the sources got that began before a source ended, by their times and by their delivery: old files may be imported one after
 * another. −∞ without any. Live sources have the wall clock instead.
 */
export const othersNewest = (sources: ReadonlyMap<string, SourceTracks>, source: SourceTracks): number => {
  let newest = Number.NEGATIVE_INFINITY
  for (const other of sources.values()) {
    const [first] = other.tracks.values()
    const began = other.whole?.since ?? first?.since
    const wereTogether = began !== undefined && began < source.newest && other.begun < source.lasted
    if (other !== source && wereTogether) newest = Math.max(newest, other.newest)
  }
  const isLive = [...source.tracks.values()].some(({ live }) => live)
  return isLive ? Number.NEGATIVE_INFINITY : newest
}
