import { flatText } from '../shared/flat-text.ts'
import type { AgentLine, CompiledAgent, FeatureReader } from './agent-reader.ts'

const mostDistinct = 1_000
/** After this many old lines in a row, the clock has gone back, and the window follows it. */
const patience = 20

type Readers = Pick<CompiledAgent, 'step' | 'steps' | 'slots' | 'sets' | 'readers'>

/** The last minutes of one agent at one place, in steps that expire one by one. */
export interface AgentWindow {
  /** The number of the newest step since the epoch; NaN before the first line. */
  at: number
  late: number
  /** The counts of each step, by its number. */
  readonly steps: Map<number, Float64Array>
  /** The distinct texts, each with the step of its last occurrence. */
  readonly sets: readonly Map<string, number>[]
  /** The sum of all steps. */
  readonly sums: Float64Array
}

export const startAgentWindow = ({ slots, sets }: Readers): AgentWindow => ({
  at: Number.NaN,
  late: 0,
  steps: new Map(),
  sets: Array.from({ length: sets }, () => new Map<string, number>()),
  sums: new Float64Array(slots),
})

/** Slides a window to a time. Calls `ended` at the end of each step, before the window drops anything. */
export const slideTo = (window: AgentWindow, readers: Readers, time: number, ended: (end: number) => void): void => {
  const step = Math.floor(time / readers.step)
  if (Number.isNaN(window.at)) window.at = step
  while (step > window.at && window.steps.size > 0) {
    ended((window.at + 1) * readers.step)
    window.at += 1
    if (window.steps.delete(window.at - readers.steps)) sumWindow(window, readers)
    for (const set of window.sets) {
      for (const [text, seen] of set) if (seen <= window.at - readers.steps) set.delete(text)
    }
  }
  if (step > window.at) window.at = step
}

/** Counts a line. Returns the features that grew, or undefined if the line is too old. */
export const addLine = (window: AgentWindow, readers: Readers, line: AgentLine): ReadonlySet<string> | undefined => {
  const step = Math.floor(line.event.time / readers.step)
  if (step <= window.at - readers.steps) {
    if (++window.late < patience) return undefined
    forget(window)
    window.at = step
  }
  window.late = 0
  const counts = window.steps.get(step) ?? new Float64Array(readers.slots)
  window.steps.set(step, counts)
  const grew = new Set<string>()
  for (const [name, reader] of readers.readers) if (count(window, counts, step, reader, line)) grew.add(name)
  return grew
}

const count = (
  window: AgentWindow,
  counts: Float64Array,
  step: number,
  reader: FeatureReader,
  line: AgentLine,
): boolean => {
  if (reader.kind === 'ratio') return false
  if (reader.kind === 'distinct') {
    const found = reader.read(line)
    const set = window.sets[reader.set]
    for (const text of found) {
      const seen = set?.get(text)
      if (seen === undefined && set && set.size >= mostDistinct) continue
      set?.set(seen === undefined ? flatText(text) : text, Math.max(step, seen ?? step))
    }
    return found.length > 0
  }
  const found = reader.read(line)
  const { sums } = window
  for (const value of found) {
    if (reader.kind === 'count') {
      bump(counts, reader.slot + value, 1)
      bump(sums, reader.slot + value, 1)
    } else if (reader.kind === 'mean') {
      for (const one of [counts, sums]) {
        bump(one, reader.slot, value)
        bump(one, reader.slot + 1, 1)
      }
    } else {
      for (const one of [counts, sums]) one[reader.slot] = Math.max(one[reader.slot] ?? 0, value)
    }
  }
  return found.length > 0
}

const bump = (counts: Float64Array, slot: number, by: number): void => {
  counts[slot] = (counts[slot] ?? 0) + by
}

/** Returns the value of a feature; undefined if there is too little data. A histogram's value is its total. */
export const featureValue = (window: AgentWindow, { readers }: Readers, name: string): number | undefined => {
  const reader = readers.get(name)
  const { sums } = window
  switch (reader?.kind) {
    case undefined:
      return undefined
    case 'count':
      return sums.subarray(reader.slot, reader.slot + reader.slots).reduce((sum, value) => sum + value, 0)
    case 'largest':
      return sums[reader.slot]
    case 'mean':
      return (sums[reader.slot] ?? 0) / Math.max(1, sums[reader.slot + 1] ?? 0)
    case 'distinct':
      return window.sets[reader.set]?.size
    case 'ratio': {
      const to = readers.get(reader.to)
      const from = readers.get(reader.of)
      const count = (one: FeatureReader | undefined) => (one?.kind === 'count' ? (sums[one.slot] ?? 0) : 0)
      return count(to) < reader.atLeast ? undefined : count(from) / count(to)
    }
  }
}

/** Returns every feature as the API shows it. */
export const windowFeatures = (
  window: AgentWindow,
  readers: Readers,
): Record<string, number | Record<string, number>> =>
  Object.fromEntries(
    [...readers.readers].flatMap(([name, reader]): [string, number | Record<string, number>][] => {
      if (reader.kind === 'count' && reader.slots > 1) {
        const counts = [...window.sums.subarray(reader.slot, reader.slot + reader.slots)]
        const found = counts.flatMap((value, i) => (value > 0 ? [[String(reader.from + i), value] as const] : []))
        return found.length > 0 ? [[name, Object.fromEntries(found)]] : []
      }
      const value = featureValue(window, readers, name)
      return value === undefined ? [] : [[name, Math.round(value * 1000) / 1000]]
    }),
  )

/** Recalculates the sums of a window. */
export const sumWindow = (window: AgentWindow, { readers }: Readers): void => {
  window.sums.fill(0)
  const largest = new Set([...readers.values()].flatMap((one) => (one.kind === 'largest' ? [one.slot] : [])))
  for (const counts of window.steps.values()) {
    counts.forEach((value, slot) => {
      const sum = window.sums[slot] ?? 0
      window.sums[slot] = largest.has(slot) ? Math.max(sum, value) : sum + value
    })
  }
}

const forget = (window: AgentWindow): void => {
  window.steps.clear()
  window.sums.fill(0)
  window.late = 0
  for (const set of window.sets) set.clear()
}
