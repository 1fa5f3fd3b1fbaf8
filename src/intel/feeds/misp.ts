import { z } from 'zod'
import { skipped, toFeedEntry } from '../entry.ts'
import { parseFeedJson } from '../parse-json.ts'
import type { FeedEntry, ReadList, ReportOptions } from '../provider.ts'
import { toType } from '../terms.ts'

const tag = z.object({ name: z.string() }).loose()

const attribute = z.looseObject({
  type: z.string(),
  value: z.string(),
  to_ids: z.union([z.boolean(), z.literal('1'), z.literal('0')]).default(false),
  deleted: z.boolean().default(false),
  comment: z.string().nullish(),
  timestamp: z.union([z.string(), z.number()]).optional(),
  first_seen: z.string().nullish(),
  last_seen: z.string().nullish(),
  Tag: z.array(tag).default([]),
})

const event = z.looseObject({
  info: z.string().default(''),
  threat_level_id: z.union([z.string(), z.number()]).optional(),
  Tag: z.array(tag).default([]),
  Attribute: z.array(z.unknown()).default([]),
  Object: z.array(z.looseObject({ Attribute: z.array(z.unknown()).default([]) })).default([]),
})

const wrapped = z.object({ Event: event })
const document = z.union([
  wrapped.transform(({ Event }) => [Event]),
  z.object({ response: z.array(wrapped) }).transform(({ response }) => response.map(({ Event }) => Event)),
  z.array(wrapped).transform((list) => list.map(({ Event }) => Event)),
])

/** Parses a MISP event, or a list of events from the REST API. Only attributes for detection (`to_ids`) count. */
export const readMisp: ReadList = function* (text, options, now) {
  for (const one of parseFeedJson(document, text, 'a MISP event: {"Event": {"Attribute": […]}}')) {
    const about: About = {
      info: one.info,
      level: levels[String(one.threat_level_id)],
      tags: one.Tag.map(({ name }) => name),
    }
    for (const list of [one.Attribute, ...one.Object.map(({ Attribute }) => Attribute)]) {
      for (const item of list) yield* readAttribute(item, about, options, now)
    }
  }
}

interface About {
  readonly info: string
  readonly level: 'low' | 'medium' | 'high' | undefined
  readonly tags: readonly string[]
}

/** MISP: 1 high, 2 medium, 3 low, 4 undefined. */
const levels: Readonly<Record<string, 'low' | 'medium' | 'high'>> = { 1: 'high', 2: 'medium', 3: 'low' }

function* readAttribute(item: unknown, about: About, options: ReportOptions, now: number): Generator<FeedEntry> {
  const parsed = attribute.safeParse(item)
  if (!parsed.success) {
    yield skipped('not a MISP attribute', JSON.stringify(item) ?? '')
    return
  }
  const { type, value, to_ids, deleted, comment, timestamp, first_seen, last_seen, Tag } = parsed.data
  if (to_ids !== true && to_ids !== '1') return
  // Composite attributes, such as `filename|sha256` and `domain|ip`, have two values of different types.
  const [firstType = '', secondType] = type.split('|')
  const bar = value.indexOf('|')
  const parts: readonly (readonly [string, string])[] =
    secondType === undefined || bar < 0
      ? [[type, value]]
      : [
          [firstType, value.slice(0, bar)],
          [secondType, value.slice(bar + 1)],
        ]
  const known = parts.flatMap(([name, part]) => {
    const kind = toType(name)
    return kind ? [[kind, part] as const] : []
  })
  if (known.length === 0) yield skipped(`unsupported attribute type ${type}`, value)
  for (const [kind, part] of known) {
    const entry = toFeedEntry(
      part,
      kind,
      {
        level: about.level,
        description: comment || about.info,
        tags: [...about.tags, ...Tag.map(({ name }) => name)],
        firstSeen: first_seen ?? timestamp,
        lastSeen: last_seen ?? timestamp,
      },
      options,
      now,
    )
    yield deleted && entry.kind === 'report' ? { kind: 'withdrawn', observable: entry.observable } : entry
  }
}
