import { z } from 'zod'
import type { ObservableType } from '../../lib/observables/canonical.ts'
import { severity } from '../severity.ts'

export type { Observable, ObservableType } from '../../lib/observables/canonical.ts'

export const observableTypes = [
  'ip',
  'domain',
  'url',
  'hash',
  'email',
  'certificate',
] as const satisfies readonly ObservableType[]
export const observableType = z.enum(observableTypes).meta({ id: 'ObservableType' })
/** The Traffic Light Protocol 2.0: with whom a value may be shared; the least restricted first. */
export const tlp = z.enum(['clear', 'green', 'amber', 'amber+strict', 'red']).meta({ id: 'Tlp' })
export type Tlp = z.infer<typeof tlp>

/** The report of one source about one value. */
export const report = z
  .object({
    /** Info is context, such as a Tor exit node, and not malicious. */
    threat_level: severity,
    /** 0–1. */
    confidence: z.number().min(0).max(1),
    description: z.string(),
    tags: z.array(z.string()),
    first_seen: z.iso.datetime().nullable(),
    last_seen: z.iso.datetime().nullable(),
    /** After this time, the source no longer reports it. */
    valid_until: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Report' })
export type Report = z.infer<typeof report>

/** A value that sources report, with their reports. One per value: it summarizes all reports. */
export const indicator = z
  .object({
    ioc: z.string(),
    ioc_type: observableType,
    threat_level: severity,
    /** 0–1. */
    confidence: z.number().min(0).max(1),
    /** The sources that report it, the most trusted first. */
    sources: z.array(z.string()),
    description: z.string(),
    tags: z.array(z.string()),
    first_seen: z.iso.datetime().nullable(),
    last_seen: z.iso.datetime().nullable(),
    /** After this time, no source reports it. */
    valid_until: z.iso.datetime().nullable(),
    /** How many of the queried sources report it as malicious. An unknown address has 0. */
    positives: z.int(),
    total: z.int(),
  })
  .meta({ id: 'Indicator' })
export type Indicator = z.infer<typeof indicator>

/** An indicator with the descriptions of each of its sources. */
export const knownIndicator = indicator
  .extend({ id: z.string(), reports: z.record(z.string(), report), updated_at: z.iso.datetime() })
  .meta({ id: 'KnownIndicator' })
export type KnownIndicator = z.infer<typeof knownIndicator>
