import { type Event, textField } from '../../../schema/event.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import type { EventSample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import { type CourseOfDays, startCourse } from './course.ts'
import type { TrendKind } from './worsening.ts'

const mostCandidates = 500

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

/** One service, or one of its routes. */
export interface Followed {
  readonly route: string
  readonly course: CourseOfDays
  readonly trends: OpenTrend[]
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
  newest: number
  /** The time of an unconfirmed leap of the clock. */
  leap: number
  latest: EventSample | undefined
  readonly whole: Followed
  readonly routes: BoundedMap<Followed>
  readonly candidates: BoundedMap<{ count: number; usedAt: number }>
  usedAt: number
}

/** Makes room to count the requests of routes that are not followed yet. */
export const emptyCandidates = () => new BoundedMap<{ count: number; usedAt: number }>(mostCandidates)

export const startFollowed = (route: string, course: CourseOfDays): Followed => ({
  route,
  course,
  trends: [],
  usedAt: course.open.start,
})

export const startService = (key: string, event: Event, maxRoutes: number): ServiceTrends => ({
  key,
  source: event.source,
  service: flatText(textField(event, 'service.name') ?? ''),
  stream: event.stream,
  host: flatText(textField(event, 'host.name') ?? '') || undefined,
  newest: event.time,
  leap: Number.POSITIVE_INFINITY,
  latest: undefined,
  whole: startFollowed('', startCourse(event.time)),
  routes: new BoundedMap(maxRoutes),
  candidates: emptyCandidates(),
  usedAt: event.time,
})
