import { z } from 'zod'
import { skippedRows } from './intel-feed.ts'

const moment = z.iso.datetime().nullable()

/** A source of indicators: a pulled feed, a lookup service, an imported list, or our own entries. */
export const intelSource = z
  .object({
    name: z.string(),
    /** `former`: a feed that is configured no longer, and whose entries are about to go. */
    kind: z.enum(['feed', 'lookup', 'import', 'own', 'former']),
    type: z.string(),
    summary: z.string(),
    /** The attribution that its terms require. */
    licence: z.string(),
    /** The list's own version, date and copyright. */
    notice: z.string(),
    /** `waiting`: not pulled yet. `resting`: it did not answer lately, and is left alone for a while. `used_up`: no questions are left for today. */
    state: z.enum(['ok', 'waiting', 'failing', 'resting', 'used_up']),
    /** How many values it lists; null for those that are asked. */
    entries: z.int().nullable(),
    /** Rows that could not be used, by reason. */
    skipped: z.array(skippedRows),
    /** How often what it says was met in events and alerts. */
    hits: z.int(),
    last_hit_at: moment,
    last_attempt_at: moment,
    last_success_at: moment,
    last_change_at: moment,
    failures: z.int(),
    last_error: z.string().nullable(),
    next_pull_at: moment,
    /** How many questions a day it may be asked, and was asked today (UTC); null for those that are pulled. */
    daily: z.int().nullable(),
    used_today: z.int().nullable(),
    resting_until: moment,
  })
  .meta({ id: 'IntelSource' })
export type IntelSource = z.infer<typeof intelSource>
