import { z } from 'zod'

/** How many ids within the lookback are remembered. In a busier table, the oldest count as settled sooner. */
const mostSeen = 20_000

/**
 * How far a table has been read. Databases assign an id when a row is written but show the row after its transaction, so a smaller id may
 * appear after a larger one. Ids between `floor` and `high` are checked again until the lookback has passed.
 */
export interface RowPosition {
  /** Rows up to this id are settled. */
  readonly floor: number
  /** The largest id read. */
  readonly high: number
  /** The ids read between `floor` and `high`, ascending. */
  readonly seen: readonly number[]
  /** The largest id at given times, oldest first. */
  readonly marks: readonly { readonly at: number; readonly high: number }[]
  /** The latest time in a row, in ms; −1 before the first row. */
  readonly newest: number
  /** Set after the ids were reset: rows up to this id and time were read under their old ids. */
  readonly again?: { readonly upTo: number; readonly time: number } | undefined
}

/** Starts after an id. */
export const startBehind = (id: number): RowPosition => ({ floor: id, high: id, seen: [], marks: [], newest: -1 })

/** Adds rows that were read. */
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

/** Ends a poll. The largest id of a lookback ago is now settled. */
export const settle = (position: RowPosition, now: number, lookback: number): RowPosition => {
  const settled = position.marks.filter(({ at }) => now - at >= lookback).at(-1)
  const floor = Math.max(position.floor, settled?.high ?? position.floor)
  const left = position.marks.filter((mark) => mark.high > floor)
  const marks = position.high > (left.at(-1)?.high ?? floor) ? [...left, { at: now, high: position.high }] : left
  return { ...position, floor, marks, seen: position.seen.filter((id) => id > floor) }
}

/** Restarts a table whose ids were reset. Rows that are not newer than the last read are skipped. */
export const beginAgain = (position: RowPosition, upTo: number): RowPosition => ({
  ...startBehind(0),
  newest: position.newest,
  again: { upTo, time: position.newest },
})

/** Whether a row was read before the ids were reset. */
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

/** Writes a position as a cursor, with the ids as differences: `distance*times` for a run of equal ones. */
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

/** Parses a cursor; undefined if it is invalid. */
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
