import { z } from 'zod'

/** How many ids within the lookback are remembered; of a table that is busier, the oldest count as settled sooner. */
const mostSeen = 20_000

/**
 * How far a table has been read. Ids are given when a row is written but rows appear when their transaction ends, so a smaller id may
 * appear after a larger one: below `high` everything down to `floor` is looked at again until the lookback has passed.
 */
export interface RowPosition {
  /** Rows up to this id are done with. */
  readonly floor: number
  /** The largest id that was read. */
  readonly high: number
  /** The ids read between the two, ascending. */
  readonly seen: readonly number[]
  /** Which id was the largest at which moment, oldest first. */
  readonly marks: readonly { readonly at: number; readonly high: number }[]
  /** The latest time that a row said, in ms; −1 before the first. */
  readonly newest: number
  /** After the ids began anew: rows up to this id that are not later than this time were read under their old id. */
  readonly again?: { readonly upTo: number; readonly time: number } | undefined
}

/** Begins behind an id. */
export const startBehind = (id: number): RowPosition => ({ floor: id, high: id, seen: [], marks: [], newest: -1 })

/** Notes rows that were read. */
export const withRows = (
  position: RowPosition,
  rows: readonly { readonly id: number; readonly time: number | undefined }[],
): RowPosition => {
  const seen = [...new Set([...position.seen, ...rows.map(({ id }) => id)])].sort((a, b) => a - b)
  const dropped = seen.length > mostSeen ? seen[seen.length - mostSeen - 1] : undefined
  return {
    ...position,
    floor: Math.max(position.floor, dropped ?? position.floor),
    high: Math.max(position.high, seen.at(-1) ?? position.high),
    seen: seen.slice(-mostSeen),
    newest: rows.reduce((newest, { time = -1 }) => Math.max(newest, time), position.newest),
  }
}

/** Ends a look at the table: what was the largest id a lookback ago is settled, because it has been looked for since. */
export const settle = (position: RowPosition, now: number, lookback: number): RowPosition => {
  const settled = position.marks.filter(({ at }) => now - at >= lookback).at(-1)
  const floor = Math.max(position.floor, settled?.high ?? position.floor)
  const left = position.marks.filter((mark) => mark.high > floor)
  const marks = position.high > (left.at(-1)?.high ?? floor) ? [...left, { at: now, high: position.high }] : left
  return { ...position, floor, marks, seen: position.seen.filter((id) => id > floor) }
}

/** Goes back to the beginning of a table whose ids began anew; rows that are no later than what was read are left out. */
export const beginAgain = (position: RowPosition, upTo: number): RowPosition => ({
  ...startBehind(0),
  newest: position.newest,
  again: { upTo, time: position.newest },
})

/** Whether a row was read before the ids began anew. */
export const isKnown = (
  again: RowPosition['again'],
  { id, time }: { readonly id: number; readonly time: number | undefined },
): boolean => again !== undefined && id <= again.upTo && time !== undefined && time <= again.time

const saved = z.object({
  floor: z.int(),
  high: z.int(),
  seen: z.string(),
  marks: z.array(z.object({ at: z.number(), high: z.int() })),
  newest: z.number(),
  again: z.object({ upTo: z.int(), time: z.number() }).optional(),
})

/** Writes a position as the cursor that is kept: the ids as their distances, a run of equal ones as `distance*times`. */
export const toCursor = (position: RowPosition): string => {
  const runs: { step: number; times: number }[] = []
  position.seen.forEach((id, i) => {
    const step = id - (position.seen[i - 1] ?? position.floor)
    const last = runs.at(-1)
    if (last?.step === step) last.times++
    else runs.push({ step, times: 1 })
  })
  const seen = runs.map(({ step, times }) => (times === 1 ? String(step) : `${step}*${times}`)).join(' ')
  return JSON.stringify({ ...position, seen })
}

/** Reads a cursor; undefined when it is none of ours. */
export const fromCursor = (text: string): RowPosition | undefined => {
  const parsed = saved.safeParse(jsonOf(text))
  if (!parsed.success) return undefined
  let id = parsed.data.floor
  const seen = parsed.data.seen.split(' ').flatMap((run) => {
    const [step = 0, times = 1] = run.split('*').map(Number)
    return step > 0 ? Array.from({ length: times }, () => (id += step)) : []
  })
  return { ...parsed.data, seen }
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
