import type { Event } from '../../../schema/event.ts'
import { keepSample, type Sample } from './evidence.ts'
import { flatText } from './flat-text.ts'
import { isErrorLevel } from './gravity.ts'
import type { Scale } from './window-model.ts'

const minute = 60_000
const shortest = 5 * minute
const longest = 60 * minute
/** A window lasts until it has this many events, between five minutes and an hour, */
const wanted = 20
/** and with fewer than this there is nothing to tell from it. */
const least = 5
/** Distinct values are counted up to here. */
const mostDistinct = 1000

/**
 * What is measured of a window, with how it is said. `log` features are compared by their ratio. A difference of less than the `grain`, on
 * the scale of comparison, means little.
 */
export const features = [
  { name: 'log lines per minute', log: true, unit: '', grain: 0.25 },
  { name: 'share of errors', log: false, unit: '%', grain: 5 },
  { name: 'share of warnings', log: false, unit: '%', grain: 5 },
  { name: 'kinds of messages', log: true, unit: '', grain: 0.25 },
  { name: 'messages never seen before', log: true, unit: '', grain: 0.25 },
  { name: 'user names', log: true, unit: '', grain: 0.25 },
  { name: 'addresses', log: true, unit: '', grain: 0.25 },
  { name: 'share of failures', log: false, unit: '%', grain: 5 },
  { name: 'characters per line', log: true, unit: '', grain: 0.25 },
  { name: 'variety of messages', log: false, unit: 'bits', grain: 0.25 },
] as const

/** Some minutes of a stream, summed up. */
export interface FeatureWindow {
  start: number
  count: number
  errors: number
  warnings: number
  failures: number
  bytes: number
  readonly templates: Map<string, number>
  readonly users: Set<string>
  readonly addresses: Set<string>
  first: Sample | undefined
  last: Sample | undefined
  /** The first line that sounds like trouble, which shows best what the window is about. */
  worst: Sample | undefined
  lastTime: number
}

export const startWindow = (): FeatureWindow => ({
  start: Number.NaN,
  count: 0,
  errors: 0,
  warnings: 0,
  failures: 0,
  bytes: 0,
  templates: new Map(),
  users: new Set(),
  addresses: new Set(),
  first: undefined,
  last: undefined,
  worst: undefined,
  lastTime: Number.NEGATIVE_INFINITY,
})

/** Whether a window is over at a time. */
export const isDone = ({ start, count }: FeatureWindow, time: number): boolean =>
  time - start >= (count >= wanted ? shortest : longest)

/** Whether enough happened in it to say anything. */
export const isTelling = ({ count }: FeatureWindow): boolean => count >= least

/** Empties a window and begins it anew at a time. */
export const beginAt = (window: FeatureWindow, time: number): void => {
  window.start = Math.floor(time / shortest) * shortest
  window.count = 0
  window.errors = 0
  window.warnings = 0
  window.failures = 0
  window.bytes = 0
  window.templates.clear()
  window.users.clear()
  window.addresses.clear()
  window.first = undefined
  window.last = undefined
  window.worst = undefined
  window.lastTime = time
}

export const addEvent = (window: FeatureWindow, event: Event): void => {
  const { fields, template } = event
  window.count++
  window.bytes += event.message.length
  if (event.time > window.lastTime) window.lastTime = event.time
  const level = fields['log.level']
  const isError = level !== undefined && isErrorLevel(level)
  if (isError) window.errors++
  else if (level === 'warning') window.warnings++
  const failed = fields['event.outcome'] === 'failure'
  if (failed) window.failures++
  if ((isError || failed) && !window.worst) window.worst = keepSample(event)
  if (template) {
    const times = window.templates.get(template.id)
    if (times !== undefined || window.templates.size < mostDistinct) window.templates.set(template.id, (times ?? 0) + 1)
  }
  const user = fields['user.name']
  if (typeof user === 'string') addDistinct(window.users, user)
  const address = fields['source.ip']
  if (typeof address === 'string') addDistinct(window.addresses, address)
  window.first ??= keepSample(event)
  window.last = event
}

const addDistinct = (known: Set<string>, value: string): void => {
  if (known.size < mostDistinct && !known.has(value)) known.add(flatText(value))
}

/** Turns a window into numbers, given which templates were known before. Ratios count in `log` features, so they are logarithms. */
export const toRow = (window: FeatureWindow, known: ReadonlySet<string>): Float64Array => {
  const { count, templates } = window
  let entropy = 0
  let fresh = 0
  for (const [id, times] of templates) {
    entropy -= (times / count) * Math.log2(times / count)
    if (!known.has(id)) fresh++
  }
  const minutes = Math.max(1, (window.lastTime - window.start) / minute)
  return Float64Array.of(
    count / minutes,
    (100 * window.errors) / count,
    (100 * window.warnings) / count,
    templates.size,
    fresh,
    window.users.size,
    window.addresses.size,
    (100 * window.failures) / count,
    window.bytes / count,
    entropy,
  )
}

/** The scale on which rows are compared. */
export const streamScale: Scale = {
  grains: features.map(({ grain }) => grain),
  toScale: (row) => row.map((value, i) => (features[i]?.log ? Math.log2(1 + value) : value)),
}
