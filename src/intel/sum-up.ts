import { createHash } from 'node:crypto'
import type { KnownIndicator, Observable, Report } from '../schema/indicator.ts'
import { graver, type Severity } from '../schema/severity.ts'
import { tlpFirst } from './tlp.ts'

/** How much a source is believed beside the others, 0–1. */
export type TrustIn = (source: string) => number

const mostTags = 30

/** The id under which a value is kept: the same for the same value and type. */
export const indicatorId = ({ type, value }: Observable): string =>
  createHash('sha256').update(`${type}\0${value}`).digest('hex').slice(0, 32)

/** Whether a source still vouches for what it said. */
export const isValid = ({ valid_until }: Report, now: number): boolean =>
  valid_until === null || Date.parse(valid_until) >= now

/**
 * Sums up what sources say of one value. What has expired is left out. The gravest level counts; sources that agree make it surer:
 * confidences are joined as chances that all of them err. Of the rest, the most trusted source has the first word.
 */
export const sumUp = (
  observable: Observable,
  reports: Readonly<Record<string, Report>>,
  { now, trust, asked }: { readonly now: number; readonly trust: TrustIn; readonly asked: number },
): KnownIndicator => {
  const said = Object.entries(reports)
    .filter(([, report]) => isValid(report, now))
    .sort(([a], [b]) => trust(b) - trust(a) || (a < b ? -1 : 1))
  const bad = said.filter(([, { threat_level }]) => threat_level !== 'info')
  const ends = said.map(([, { valid_until }]) => valid_until)
  return {
    id: indicatorId(observable),
    ioc: observable.value,
    ioc_type: observable.type,
    threat_level: said.reduce<Severity>((level, [, report]) => graver(level, report.threat_level), 'info'),
    confidence: rounded(
      1 - (bad.length > 0 ? bad : said).reduce((doubt, [, report]) => doubt * (1 - report.confidence), 1),
    ),
    sources: said.map(([source]) => source),
    description: said.find(([, { description }]) => description !== '')?.[1].description ?? '',
    tags: tlpFirst([...new Set(said.flatMap(([, { tags }]) => tags))]).slice(0, mostTags),
    first_seen: said.flatMap(([, { first_seen }]) => first_seen ?? []).sort()[0] ?? null,
    last_seen:
      said
        .flatMap(([, { last_seen }]) => last_seen ?? [])
        .sort()
        .at(-1) ?? null,
    valid_until: ends.includes(null)
      ? null
      : (ends
          .flatMap((end) => end ?? [])
          .sort()
          .at(-1) ?? null),
    positives: bad.length,
    total: Math.max(asked, bad.length),
    reports: Object.fromEntries(said),
    updated_at: new Date(now).toISOString(),
  }
}

const rounded = (share: number): number => Math.round(share * 1000) / 1000
