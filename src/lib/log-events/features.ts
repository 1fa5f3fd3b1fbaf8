import type { Course } from './course.ts'
import { isFailed } from './course.ts'
import type { LogEvent } from './log-event.ts'

/** The usual rates of the training events: how often each user and address acted, and how often a user failed. */
export interface Baseline {
  readonly eventTypes: readonly string[]
  readonly users: ReadonlyMap<string, { readonly events: number; readonly failed: number }>
  readonly addresses: ReadonlyMap<string, number>
}

/** How many users and addresses a baseline keeps: those with the most events. */
const mostKept = 100_000
const mostEventTypes = 10

/** Learns a baseline from events. */
export const learnBaseline = (events: readonly LogEvent[], typical: readonly LogEvent[]): Baseline => {
  const users = new Map<string, { events: number; failed: number }>()
  const addresses = new Map<string, number>()
  for (const event of typical) {
    const user = users.get(event.user) ?? { events: 0, failed: 0 }
    users.set(event.user, { events: user.events + 1, failed: user.failed + (isFailed(event) ? 1 : 0) })
    addresses.set(event.source_ip, (addresses.get(event.source_ip) ?? 0) + 1)
  }
  const types = new Map<string, number>()
  for (const { event_type } of events) types.set(event_type, (types.get(event_type) ?? 0) + 1)
  return {
    eventTypes: mostFrequent(types, (count) => count, mostEventTypes).map(([type]) => type),
    users: new Map(mostFrequent(users, (user) => user.events, mostKept)),
    addresses: new Map(mostFrequent(addresses, (count) => count, mostKept)),
  }
}

const mostFrequent = <Value>(counts: ReadonlyMap<string, Value>, of: (value: Value) => number, most: number) =>
  [...counts].sort(([a, x], [b, y]) => of(y) - of(x) || (a < b ? -1 : 1)).slice(0, most)

/** Names the features of a model, in the order of its columns. */
export const featureNames = ({ eventTypes }: Baseline, windows: readonly number[]): readonly string[] => [
  'hour',
  'day_of_week',
  'is_weekend',
  'is_business_hours',
  'is_night',
  'is_failed',
  'is_denied',
  'is_success',
  ...eventTypes.map((type) => `event_type_${type}`),
  'user_is_unknown',
  'user_is_root',
  'user_is_admin',
  'ip_is_unknown',
  'ip_is_localhost',
  'ip_is_private',
  'user_event_count_baseline',
  'user_failed_ratio_baseline',
  'ip_event_count_baseline',
  ...windows.map((seconds) => `events_per_${seconds}s`),
]

/** Converts an event to its features. */
export const logEventFeatures = (event: LogEvent, { counts }: Course, baseline: Baseline): readonly number[] => {
  const time = new Date(event.time)
  const hour = time.getUTCHours()
  const weekday = (time.getUTCDay() + 6) % 7
  const user = baseline.users.get(event.user)
  const flag = (value: boolean): number => (value ? 1 : 0)
  return [
    hour,
    weekday,
    flag(weekday >= 5),
    flag(hour >= 9 && hour < 17),
    flag(hour < 6 || hour >= 22),
    flag(isFailed(event)),
    flag(event.action.includes('denied')),
    flag(event.action.includes('success')),
    ...baseline.eventTypes.map((type) => flag(type === event.event_type)),
    flag(event.user === 'unknown'),
    flag(event.user === 'root'),
    flag(event.user.includes('admin')),
    flag(event.source_ip === 'unknown'),
    flag(/^(127\.|::1$|localhost$)/i.test(event.source_ip)),
    flag(/^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd][0-9a-f]{2}:)/i.test(event.source_ip)),
    user?.events ?? 0,
    user ? user.failed / user.events : 0,
    baseline.addresses.get(event.source_ip) ?? 0,
    ...counts,
  ]
}
