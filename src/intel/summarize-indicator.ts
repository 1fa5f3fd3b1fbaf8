import { createHash } from 'node:crypto'
import type { KnownIndicator, Observable, Report } from '../schema/intelligence/indicator.ts'
import { moreSevere, type Severity } from '../schema/severity.ts'
import { tlpFirst } from './tlp.ts'

/** Returns the trust in a source relative to the most trusted one, 0–1. */
export type SourceTrust = (source: string) => number

const maxTags = 30

/** The ID of a value: a hash of its type and text. */
export const indicatorId = ({ type, value }: Observable): string =>
  createHash('sha256').update(`${type}\0${value}`).digest('hex').slice(0, 32)

/** Whether a report has not expired. */
export const isValid = ({ valid_until }: Report, now: number): boolean =>
  valid_until === null || Date.parse(valid_until) >= now

/**
 * Summarizes the reports about one value, without expired ones. The highest severity counts. Confidences combine as the probability that
 * not all sources are wrong. Sources, descriptions and tags are ordered by trust.
 */
export const summarizeIndicator = (
  observable: Observable,
  reports: Readonly<Record<string, Report>>,
  { now, trust, asked }: { readonly now: number; readonly trust: SourceTrust; readonly asked: number },
): KnownIndicator => {
  const valid = Object.entries(reports)
    .filter(([, report]) => isValid(report, now))
    .sort(([a], [b]) => trust(b) - trust(a) || (a < b ? -1 : 1))
  const malicious = valid.filter(([, { threat_level }]) => threat_level !== 'info')
  const ends = valid.map(([, { valid_until }]) => valid_until)
  return {
    id: indicatorId(observable),
    ioc: observable.value,
    ioc_type: observable.type,
    threat_level: valid.reduce<Severity>((level, [, report]) => moreSevere(level, report.threat_level), 'info'),
    confidence: rounded(
      1 -
        (malicious.length > 0 ? malicious : valid).reduce(
          (product, [, report]) => product * (1 - report.confidence),
          1,
        ),
    ),
    sources: valid.map(([source]) => source),
    description: valid.find(([, { description }]) => description !== '')?.[1].description ?? '',
    tags: tlpFirst([...new Set(valid.flatMap(([, { tags }]) => tags))]).slice(0, maxTags),
    first_seen: valid.flatMap(([, { first_seen }]) => first_seen ?? []).sort()[0] ?? null,
    last_seen:
      valid
        .flatMap(([, { last_seen }]) => last_seen ?? [])
        .sort()
        .at(-1) ?? null,
    valid_until: ends.includes(null)
      ? null
      : (ends
          .flatMap((end) => end ?? [])
          .sort()
          .at(-1) ?? null),
    positives: malicious.length,
    total: Math.max(asked, malicious.length),
    reports: Object.fromEntries(valid),
    updated_at: new Date(now).toISOString(),
  }
}

const rounded = (share: number): number => Math.round(share * 1000) / 1000
