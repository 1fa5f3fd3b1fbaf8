import { z } from 'zod'
import { skipped, toFeedEntry } from '../entry.ts'
import { parseFeedJson } from '../parse-json.ts'
import type { FeedEntry, ReadList, ReportOptions } from '../provider.ts'
import { readStixPattern } from './stix-pattern.ts'

const stixObject = z.looseObject({
  type: z.string(),
  id: z.string().default(''),
  pattern: z.string().optional(),
  pattern_type: z.string().default('stix'),
  name: z.string().default(''),
  description: z.string().default(''),
  labels: z.array(z.string()).default([]),
  indicator_types: z.array(z.string()).default([]),
  confidence: z.number().optional(),
  revoked: z.boolean().default(false),
  created: z.string().optional(),
  modified: z.string().optional(),
  valid_from: z.string().optional(),
  valid_until: z.string().optional(),
  object_marking_refs: z.array(z.string()).default([]),
})
type StixObject = z.output<typeof stixObject>

const tlpMarking = z.object({
  type: z.literal('marking-definition'),
  id: z.string(),
  definition: z.object({ tlp: z.string() }),
})

/** The marking definitions of STIX 2.1 (section 7.2.1.4) and TLP 2.0. */
const markings: Readonly<Record<string, string>> = {
  'marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9': 'tlp:clear',
  'marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da': 'tlp:green',
  'marking-definition--f88d31f6-486f-44da-b317-01333bde0b82': 'tlp:amber',
  'marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed': 'tlp:red',
  'marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487': 'tlp:clear',
  'marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb': 'tlp:green',
  'marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421': 'tlp:amber',
  'marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003': 'tlp:amber+strict',
  'marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1': 'tlp:red',
}

const bundle = z.object({ objects: z.array(z.unknown()).default([]) })

/** Parses a STIX 2.1 bundle or a TAXII envelope. */
export const readStix: ReadList = function* (text, options, now) {
  yield* readStixObjects(parseFeedJson(bundle, text, 'a STIX 2.1 bundle').objects, options, now)
}

/** Yields the indicators among STIX objects. */
export function* readStixObjects(
  objects: readonly unknown[],
  options: ReportOptions,
  now: number,
): Generator<FeedEntry> {
  const marked = new Map(Object.entries(markings))
  for (const one of objects) {
    const own = tlpMarking.safeParse(one).data
    if (own) marked.set(own.id, `tlp:${own.definition.tlp}`)
  }
  for (const one of objects) {
    const parsed = stixObject.safeParse(one)
    if (!parsed.success) yield skipped('not a STIX object', JSON.stringify(one) ?? '')
    else if (parsed.data.type === 'indicator') yield* readIndicator(parsed.data, marked, options, now)
  }
}

function* readIndicator(
  object: StixObject,
  marked: ReadonlyMap<string, string>,
  options: ReportOptions,
  now: number,
): Generator<FeedEntry> {
  const { pattern, pattern_type, name } = object
  if (pattern === undefined || pattern_type !== 'stix') {
    yield skipped(`unsupported pattern type ${pattern_type}`, name || object.id)
    return
  }
  const values = readStixPattern(pattern)
  if (!values) {
    yield skipped('pattern needs more than one value', pattern)
    return
  }
  for (const { type, value } of values) {
    const entry = toFeedEntry(
      value,
      type,
      {
        // Confidence 0 means unknown (STIX 2.1, appendix A).
        confidence: object.confidence ? object.confidence / 100 : undefined,
        level: levelOf(object.indicator_types),
        description: name || object.description,
        tags: [
          ...object.indicator_types,
          ...object.labels,
          ...object.object_marking_refs.flatMap((id) => marked.get(id) ?? []),
        ],
        firstSeen: object.valid_from ?? object.created,
        lastSeen: object.modified,
        validUntil: object.valid_until,
      },
      options,
      now,
    )
    yield object.revoked && entry.kind === 'report' ? { kind: 'withdrawn', observable: entry.observable } : entry
  }
}

/** Maps the open vocabulary of indicator types to a severity; undefined for `unknown`. */
const levelOf = (types: readonly string[]): 'info' | 'medium' | 'high' | undefined =>
  types.some((type) => /^(malicious-activity|compromised|attribution)$/.test(type))
    ? 'high'
    : types.includes('anomalous-activity')
      ? 'medium'
      : types.some((type) => /^(benign|anonymization)$/.test(type))
        ? 'info'
        : undefined
