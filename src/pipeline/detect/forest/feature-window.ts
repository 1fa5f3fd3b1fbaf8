import { hour, minute } from '../../../lib/units/time.ts'
import type { Event } from '../../../schema/event/event.ts'
import { type EventSample, keepSample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import { isErrorLevel } from '../shared/severity-hint.ts'
import type { Scale } from '../shared/window-model.ts'

const shortest = 5 * minute
const longest = hour
/** A window closes after five minutes if it holds this many events, and after an hour in any case. */
const wanted = 20
/** A window with fewer events is skipped. */
const least = 5
/** How many distinct values a window counts. */
const mostDistinct = 1000

/**
 * The features of a window, with their labels. `log` features are compared by their ratio. A difference below the `grain`, on the
 * comparison scale, means little.
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

/** Statistics about some minutes of a stream. */
export interface FeatureWindow {
  start: number
  count: number
  errors: number
  warnings: number
  failures: number
  /** How many requests of each client were refused with a status from 400 to 499. */
  readonly refused: Map<string, number>
  bytes: number
  readonly templates: Map<string, number>
  readonly users: Set<string>
  readonly addresses: Set<string>
  first: EventSample | undefined
  last: EventSample | undefined
  /** The first error or failure, which shows best what the window is about. */
  worst: EventSample | undefined
  lastTime: number
}

export const startWindow = (): FeatureWindow => ({
  start: Number.NaN,
  count: 0,
  errors: 0,
  warnings: 0,
  failures: 0,
  refused: new Map(),
  bytes: 0,
  templates: new Map(),
  users: new Set(),
  addresses: new Set(),
  first: undefined,
  last: undefined,
  worst: undefined,
  lastTime: Number.NEGATIVE_INFINITY,
})

/** Whether a window has ended at a given time. */
export const isDone = ({ start, count }: FeatureWindow, time: number): boolean =>
  time - start >= (count >= wanted ? shortest : longest)

/** Whether a window has enough events to be scored. */
export const hasEnoughEvents = ({ count }: FeatureWindow): boolean => count >= least

/** Empties a window and restarts it at a given time. */
export const restartAt = (window: FeatureWindow, time: number): void => {
  window.start = Math.floor(time / shortest) * shortest
  window.count = 0
  window.errors = 0
  window.warnings = 0
  window.failures = 0
  window.refused.clear()
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
  if (typeof address === 'string') {
    addDistinct(window.addresses, address)
    if (failed && isRefused(fields['http.response.status_code'])) {
      const times = window.refused.get(address)
      if (times !== undefined || window.refused.size < mostDistinct) {
        window.refused.set(times === undefined ? flatText(address) : address, (times ?? 0) + 1)
      }
    }
  }
  window.first ??= keepSample(event)
  window.last = event
}

const isRefused = (status: unknown): boolean => typeof status === 'number' && status >= 400 && status < 500

/** Whether most of the failures are requests of one client for what the server does not have or does not allow, such as a scan. */
export const isOneClient = ({ refused, failures, errors }: FeatureWindow): boolean =>
  errors === 0 && failures > 0 && Math.max(0, ...refused.values()) > failures / 2

const addDistinct = (known: Set<string>, value: string): void => {
  if (known.size < mostDistinct && !known.has(value)) known.add(flatText(value))
}

/** Turns a window into a row of numbers, given the known templates. */
export const windowRow = (window: FeatureWindow, known: ReadonlySet<string>): Float64Array => {
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

/** The scale on which rows are compared: logarithmic for `log` features. */
export const streamScale: Scale = {
  grains: features.map(({ grain }) => grain),
  toScale: (row) => row.map((value, i) => (features[i]?.log ? Math.log2(1 + value) : value)),
}
