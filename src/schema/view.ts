import { z } from 'zod'

/** A saved view of the queue: filter and presentation. */
export const viewContent = z.object({
  name: z.string().trim().min(1).max(80),
  /** A filter over alerts. */
  filter: z.string().max(4_000).default(''),
  /** A span of time, as it was typed: `now-24h` moves along. */
  from: z.string().max(64).nullable().default(null),
  to: z.string().max(64).nullable().default(null),
  sort: z.string().max(40).default('-risk_score'),
  /** The field by which alerts are grouped; null when they stand one by one. */
  group: z.string().max(40).nullable().default(null),
  /** The columns that are shown, in order; empty for the usual ones. */
  columns: z.array(z.string().max(40)).max(20).default([]),
  density: z.enum(['comfortable', 'default', 'compact']).nullable().default(null),
  /** Whether everybody sees it, and whether it stands among the first. */
  shared: z.boolean().default(true),
  pinned: z.boolean().default(false),
})

export const view = viewContent
  .extend({
    id: z.string(),
    owner: z.string(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'View' })
export type View = z.infer<typeof view>
