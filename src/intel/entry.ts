import { isPublicSuffix, toObservable } from '../lib/observables/observables.ts'
import { day } from '../lib/units/time.ts'
import type { ObservableType, Report } from '../schema/intelligence/indicator.ts'
import type { FeedEntry, ReportOptions } from './provider.ts'
import { tlpFirst } from './tlp.ts'

/** The facts in a row that override the defaults. `toTime` describes the accepted forms of times. */
export interface RowFacts {
  readonly level?: Report['threat_level'] | undefined
  readonly confidence?: number | undefined
  readonly description?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly firstSeen?: string | number | null | undefined
  readonly lastSeen?: string | number | null | undefined
  readonly validUntil?: string | number | null | undefined
}

/** The shortest accepted prefix lengths: a wider range covers too much of the internet to be an indicator. */
const minPrefix = { v4: 8, v6: 19 }

/** Converts a row to a report, or to a skipped entry with the reason. */
export const toFeedEntry = (
  text: string,
  type: ObservableType | undefined,
  facts: RowFacts,
  options: ReportOptions,
  now: number,
): FeedEntry => {
  const observable = toObservable(text, type)
  if (!observable) return skipped(type === undefined ? 'not a supported value' : `not of the type ${type}`, text)
  if (observable.type === 'domain' && isPublicSuffix(observable.value)) {
    return skipped('public suffix', text)
  }
  if (observable.type === 'ip' && isRangeTooWide(observable.value)) return skipped('range too wide', text)
  const lastSeen = toIsoTime(facts.lastSeen)
  const validUntil =
    toIsoTime(facts.validUntil) ?? (options.valid_days === undefined ? null : endOf(now, options.valid_days))
  return {
    kind: 'report',
    observable,
    report: {
      threat_level: facts.level ?? options.level,
      confidence: Math.min(1, Math.max(0, facts.confidence ?? options.confidence)),
      description: oneLine(facts.description || options.description),
      tags: tlpFirst([...new Set([...options.tags, ...(facts.tags ?? [])].map(oneLine).filter(Boolean))]).slice(0, 20),
      first_seen: toIsoTime(facts.firstSeen),
      last_seen: lastSeen,
      valid_until: validUntil,
    },
  }
}

export const skipped = (reason: string, sample: string): FeedEntry => ({
  kind: 'skipped',
  reason,
  sample: oneLine(sample.slice(0, 400)).slice(0, 200),
})

const isRangeTooWide = (value: string): boolean => {
  const [address = '', bits] = value.split('/')
  return bits !== undefined && Number(bits) < (address.includes(':') ? minPrefix.v6 : minPrefix.v4)
}

/** Reduces third-party text to one short line without control characters. */
const oneLine = (text: string): string =>
  text
    .replace(/[\s\p{Cc}\u2028-\u202e\u2066-\u2069]+/gu, ' ')
    .trim()
    .slice(0, 300)

/** Rounds up to the end of the day, so that pulling the same entry again gives the same report. */
const endOf = (now: number, days: number): string => isoOf(Math.ceil((now + days * day) / day) * day)

const isoOf = (time: number): string => new Date(time).toISOString()

const earliest = Date.UTC(1990, 0)
const latest = Date.UTC(2200, 0)

/** Parses a time: ISO 8601, `2026-01-05 08:00:00 UTC`, `2026-01-05`, seconds or ms. The default zone is UTC. */
export const toIsoTime = (text: string | number | null | undefined): string | null => {
  if (text === null || text === undefined || text === '') return null
  const number = typeof text === 'number' ? text : /^\d{9,13}$/.test(text.trim()) ? Number(text) : undefined
  const time = number === undefined ? parseTime(String(text).trim()) : number < 1e11 ? number * 1000 : number
  return time >= earliest && time < latest ? isoOf(time) : null
}

const parseTime = (text: string): number => {
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?))?\s*(UTC|GMT|Z|[+-]\d{2}:?\d{2})?$/i.exec(text)
  if (!match) return Number.NaN
  const [, date, clock = '00:00:00', zone = 'Z'] = match
  return Date.parse(`${date}T${clock}${/^[+-]/.test(zone) ? zone.replace(/(\d{2})(\d{2})$/, '$1:$2') : 'Z'}`)
}
