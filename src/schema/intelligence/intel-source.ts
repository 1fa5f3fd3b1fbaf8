import { z } from 'zod'
import { skippedRows } from './intel-feed.ts'

const moment = z.iso.datetime().nullable()

/** A source of indicators: a pulled feed, a lookup service, an imported list, or own entries. */
export const intelSource = z
  .object({
    name: z.string(),
    /** `former`: a feed that is no longer configured, and whose entries will be removed. */
    kind: z.enum(['feed', 'lookup', 'import', 'own', 'former']),
    type: z.string(),
    summary: z.string(),
    /** The attribution that its terms require. */
    licence: z.string(),
    /** The list's own version, date and copyright. */
    notice: z.string(),
    /**
     * `waiting`: not pulled yet. `resting`: it failed recently, and is not queried for a while. `used_up`: the quota of today is used up.
     */
    state: z.enum(['ok', 'waiting', 'failing', 'resting', 'used_up']),
    /** How many values it lists; null for lookup services. */
    entries: z.int().nullable(),
    /** Skipped rows, by reason. */
    skipped: z.array(skippedRows),
    /** How often its values were seen in events and alerts. */
    hits: z.int(),
    last_hit_at: moment,
    last_attempt_at: moment,
    last_success_at: moment,
    last_change_at: moment,
    failures: z.int(),
    last_error: z.string().nullable(),
    next_pull_at: moment,
    /** The daily quota and the queries of today (UTC); null for feeds. */
    daily: z.int().nullable(),
    used_today: z.int().nullable(),
    resting_until: moment,
  })
  .meta({ id: 'IntelSource' })
export type IntelSource = z.infer<typeof intelSource>
