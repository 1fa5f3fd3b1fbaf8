import { type Event, textField } from '../../../schema/event/event.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import type { EventSample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import { type CourseOfDays, startCourse } from './course.ts'
import type { NumberWatch } from './number-watch.ts'
import type { TrendKind } from './worsening.ts'

const mostCandidates = 500
const mostLevels = 12
const mostAmounts = 12
const mostHosts = 64
/** A host is the only one that fails if so many hosts run the service and it has this share of the errors. */
const fewestHosts = 3
const mostOfHosts = 0.6

/** Hosts are followed like routes, by their name after this. */
export const hostPart = 'host '

/** A trend that was seen in some quarters, and perhaps reported. */
export interface OpenTrend {
  readonly kind: TrendKind
  start: number
  /** Quarters in a row that were worse, and that were in order since. */
  seen: number
  ended: number
  /** The factor at the last report; 0 before. */
  reported: number
}

/** One service, one of its routes, or a level; `route` is empty for the service and contains the name of a level. */
export interface Followed {
  readonly route: string
  readonly course: CourseOfDays
  readonly trends: OpenTrend[]
  /** Watches its durations, or its values, for sudden changes; undefined before the first. */
  watch: NumberWatch | undefined
  usedAt: number
}

/** An amount that lines of a service contain, by its name. */
export interface FollowedAmount {
  readonly name: string
  readonly watch: NumberWatch
  usedAt: number
}

interface HostErrors {
  errors: number
  usedAt: number
}

/** A service of a source, across hosts. */
export interface ServiceTrends {
  readonly key: string
  readonly source: string
  readonly service: string
  readonly stream: string
  /** The only host; undefined if there are several or none. */
  host: string | undefined
  /** The latest errors of each host, halved with each quarter. */
  readonly hosts: BoundedMap<HostErrors>
  newest: number
  /** The time of an unconfirmed leap of the clock. */
  leap: number
  latest: EventSample | undefined
  readonly whole: Followed
  readonly routes: BoundedMap<Followed>
  readonly candidates: BoundedMap<{ count: number; usedAt: number }>
  /** The levels that the service reports, by name. */
  readonly levels: BoundedMap<Followed>
  /** The amounts in its lines, by name. */
  readonly amounts: BoundedMap<FollowedAmount>
  usedAt: number
}

/** Makes room to count the requests of routes that are not followed yet. */
export const emptyCandidates = () => new BoundedMap<{ count: number; usedAt: number }>(mostCandidates)

/** Makes room to follow levels: a service reports few, and a made-up name must not cost memory. */
export const emptyLevels = () => new BoundedMap<Followed>(mostLevels)

/** Makes room to follow amounts, which the lines of a service have in few places. */
export const emptyAmounts = () => new BoundedMap<FollowedAmount>(mostAmounts)

/** Makes room to count the errors of hosts. */
export const emptyHosts = () => new BoundedMap<HostErrors>(mostHosts)

/** Returns the only host of a service, or the one of several that has most of its errors. */
export const failingHost = ({ host, hosts }: ServiceTrends): string | undefined => {
  if (hosts.size < fewestHosts) return host
  const all = [...hosts.entries()]
  const sum = all.reduce((total, [, { errors }]) => total + errors, 0)
  return all.find(([, { errors }]) => errors > 0 && errors >= mostOfHosts * sum)?.[0]
}

export const startFollowed = (route: string, course: CourseOfDays): Followed => ({
  route,
  course,
  trends: [],
  watch: undefined,
  usedAt: course.open.start,
})

export const startService = (key: string, event: Event, maxRoutes: number): ServiceTrends => ({
  key,
  source: event.source,
  service: flatText(textField(event, 'service.name') ?? ''),
  stream: event.stream,
  host: flatText(textField(event, 'host.name') ?? '') || undefined,
  hosts: emptyHosts(),
  newest: event.time,
  leap: Number.POSITIVE_INFINITY,
  latest: undefined,
  whole: startFollowed('', startCourse(event.time)),
  routes: new BoundedMap(maxRoutes),
  candidates: emptyCandidates(),
  levels: emptyLevels(),
  amounts: emptyAmounts(),
  usedAt: event.time,
})
