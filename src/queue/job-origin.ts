import { z } from 'zod'
import type { Detection } from '../schema/detection/detection.ts'
import type { Fact } from '../schema/event/fact.ts'
import type { RecordBatch } from '../schema/record/record.ts'

/** How many sources and streams a job names at most: a job may hold a line of thousands. */
const mostNames = 10

/** Where the items of a job come from. */
export const jobOrigin = z.object({
  /** The first ten sources; empty for alerts and incidents. */
  sources: z.array(z.string()),
  /** The first ten streams; empty for records, whose streams are unknown before they are parsed. */
  streams: z.array(z.string()),
  /** The file and line of a single record, `/var/log/auth.log:1502`, or else the address of its sender. */
  place: z.string().nullable(),
})
export type JobOrigin = z.infer<typeof jobOrigin>

/** An item of a topic; a text is the ID of an alert or incident. */
type Item = RecordBatch | Fact | Detection | string

/**
 * Derives the origin of a job from its items, as text for its row. It is written with the job, because reading the
 * payload of a dead letter may end the process.
 */
export const originOf = (items: readonly Item[]): string | null => {
  const sources = new Set<string>()
  const streams = new Set<string>()
  for (const item of items) {
    if (typeof item === 'string') continue
    if (sources.size < mostNames) sources.add(item.source)
    if ('stream' in item && streams.size < mostNames) streams.add(item.stream)
  }
  if (sources.size === 0) return null
  const origin: JobOrigin = { sources: [...sources], streams: [...streams], place: placeOf(items) }
  return JSON.stringify(origin)
}

const placeOf = (items: readonly Item[]): string | null => {
  const [item] = items
  if (items.length > 1 || typeof item !== 'object' || !('texts' in item) || item.texts.length > 1) return null
  const [line, peer] = [item.lines?.[0], item.peers?.[0]]
  if (item.file === undefined) return peer ?? null
  return line === undefined ? item.file : `${item.file}:${line}`
}

/** Reads the output of `originOf`. Jobs of an earlier version have none. */
export const readOrigin = (text: string | null): JobOrigin =>
  text === null ? { sources: [], streams: [], place: null } : jobOrigin.parse(JSON.parse(text))
