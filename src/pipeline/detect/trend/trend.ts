import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter } from '../../../lib/bytes/codec.ts'
import { memoize } from '../../../lib/memoize/memoize.ts'
import { day } from '../../../lib/units/time.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import { type Event, textField } from '../../../schema/event/event.ts'
import type { Detector } from '../detector.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { type EventSample, keepSample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import { readSampleFields, writeSampleFields } from '../shared/sample-state.ts'
import { readState } from '../shared/state.ts'
import { amountsOf } from './amount.ts'
import { countInQuarter, quarterLength, startCourse } from './course.ts'
import { endQuarters } from './end-quarters.ts'
import { createLevelReader } from './level.ts'
import { createMeasurementReader, routeFieldOf, toRoute } from './measurement.ts'
import { type NumberKind, type NumberWatch, startWatch, watchNumber } from './number-watch.ts'
import {
  type Followed,
  type FollowedAmount,
  hostPart,
  type ServiceTrends,
  startFollowed,
  startService,
} from './service-trends.ts'
import { explainSuddenChange, type NumberName } from './sudden-explanation.ts'
import { readService, readWatches, writeService, writeWatches } from './trend-state.ts'

const name = 'trend'
const version = 2
/** A route is followed after so many requests that did not fail because of the client. */
const followedFrom = 20
/** Where more hosts run a service, one of them matters less than the room for routes. */
const mostMembers = 12
/** No route is longer. */
const longestRoute = 1_000
/** A clock that leaps further needs a second event as confirmation. */
const leap = 2 * day

const options = z.strictObject({
  max_services: z.int().min(1).default(300).describe('How many services to follow.'),
  max_routes: z.int().min(0).default(30).describe('How many routes, hosts and servers to follow per service.'),
})

/**
 * Finds services and routes that work worse from day to day: a larger share of errors or warnings, longer durations, higher levels of
 * what they report about themselves (queues, memory, connections), less traffic. Counts by quarters
 * of a day, and compares the last 24 hours with the older half of up to 35 days, because a moving average would follow a slow change. O(1)
 * per event, O(routes) four times a day. Also finds numbers that change suddenly, by windows of their median; not sudden changes of how
 * much is logged, which `baseline` finds within minutes.
 */
export const trend: Component<typeof options, Detector> = {
  name,
  summary:
    'Finds services that get worse from day to day: more errors or warnings, longer durations, higher queues and memory, less traffic. Also finds numbers that suddenly change.',
  options,
  create(given) {
    let services = new BoundedMap<ServiceTrends>(given.max_services)
    /** Caches the service of each stream, to avoid building a key per event. */
    let byStream = new Map<string, ServiceTrends>()
    const measurements = createMeasurementReader()
    const levelsOf = createLevelReader()
    const hostRouteOf = memoize((host) => flatText(`${hostPart}${host}`, longestRoute))

    const serviceOf = (event: Event): ServiceTrends | undefined => {
      const cached = byStream.get(event.stream)
      if (cached && services.get(cached.key) === cached) return cached
      const service = textField(event, 'service.name')
      const key = service === undefined ? event.source : `${event.source}/${service}`
      let found = services.get(key)
      if (!found) {
        if (!services.admits(key)) return undefined
        found = startService(key, event, given.max_routes)
        services.set(key, found)
      }
      if (byStream.size >= 4 * given.max_services) byStream.clear()
      byStream.set(event.stream, found)
      const host = textField(event, 'host.name')
      if (host !== found.host) found.host = undefined
      if (host !== undefined && !found.hosts.get(host))
        found.hosts.set(flatText(host), { errors: 0, usedAt: event.time })
      return found
    }

    const routeOf = (service: ServiceTrends, event: Event): Followed | undefined => {
      const path = routeFieldOf(event)
      return path === undefined ? undefined : followed(service, event, toRoute(path))
    }

    /** The server behind a balancer, or one of a few hosts that run the service. */
    const memberOf = (service: ServiceTrends, event: Event): Followed | undefined => {
      const server = textField(event, 'haproxy.server')
      if (server !== undefined) return followed(service, event, `server ${server}`)
      if (service.hosts.size < 2 || service.hosts.size > mostMembers) return undefined
      const host = textField(event, 'host.name')
      const route = host === undefined ? undefined : hostRouteOf(host)
      return route === undefined ? undefined : followed(service, event, route)
    }

    const followed = (service: ServiceTrends, event: Event, name: string): Followed | undefined => {
      if (given.max_routes === 0) return undefined
      const route = cutName(name)
      const known = service.routes.get(route)
      if (known) {
        known.usedAt = event.time
        return known
      }
      const status = event.fields['http.response.status_code']
      if (typeof status === 'number' && status >= 400 && status < 500) return undefined
      const candidate = service.candidates.get(route)
      if (!candidate) service.candidates.set(flatText(route, longestRoute), { count: 1, usedAt: event.time })
      else if (++candidate.count < followedFrom) candidate.usedAt = event.time
      else {
        service.candidates.delete(route)
        const key = flatText(route, longestRoute)
        service.routes.set(key, startFollowed(key, startCourse(service.newest)))
      }
      return undefined
    }

    const take = (event: Event, found: Map<string, Detection>): void => {
      const service = serviceOf(event)
      if (!service) return
      service.usedAt = service.newest
      advance(service, event.time)
      const { whole } = service
      if (service.newest >= whole.course.open.start + quarterLength) endQuarters(service, found)
      const outcome = measurements.isError(event) ? 'error' : measurements.isWarning(event) ? 'warning' : undefined
      if (outcome === 'error') countOfHost(service, event)
      const took = measurements.durationOf(event)
      countInQuarter(whole.course, event, outcome, took)
      if (took !== undefined) watchDuration(service, whole, took, event, found)
      const route = routeOf(service, event)
      if (route) {
        countInQuarter(route.course, event, outcome, took)
        if (took !== undefined) watchDuration(service, route, took, event, found)
      }
      const member = memberOf(service, event)
      if (member) countInQuarter(member.course, event, outcome, took)
      for (const { name: given, value } of levelsOf(event)) {
        const name = cutName(given)
        const level =
          service.levels.get(name) ?? startFollowed(flatText(name, longestRoute), startCourse(service.newest))
        if (level.course.open.lines === 0) service.levels.set(level.route, level)
        level.usedAt = event.time
        countInQuarter(level.course, event, undefined, value)
        level.watch ??= startWatch()
        watch(service, 'levels', level.route, level.watch, value, event, found)
      }
      for (const { name: given, value } of amountsOf(event)) {
        const name = cutName(given)
        const amount = service.amounts.get(name) ?? startAmount(service, name, event)
        if (!amount) continue
        amount.usedAt = event.time
        watch(service, 'amounts', amount.name, amount.watch, value, event, found)
      }
      service.latest = event
    }

    return {
      name,
      detect(events) {
        const found = new Map<string, Detection>()
        for (const event of events) take(event, found)
        // Keep only a sample of the last event, because an event holds its whole record.
        for (const service of services.values()) if (service.latest) service.latest = keepSample(service.latest)
        return [...found.values()]
      },
      save() {
        const writer = createWriter(name, version).varint(services.size)
        const samples: EventSample[] = []
        for (const service of services.values()) writeService(writer, service, samples)
        writeSampleFields(writer, samples)
        writeWatches(writer, services.values())
        return writer.finish()
      },
      restore(state) {
        readState(state, name, version, (reader) => {
          const restored = new BoundedMap<ServiceTrends>(given.max_services)
          const samples: EventSample[] = []
          for (let left = reader.varint(); left > 0; left--) {
            const service = readService(reader, given.max_routes, samples)
            restored.set(service.key, service)
          }
          readSampleFields(reader, samples)
          readWatches(reader, restored.values())
          services = restored
          byStream = new Map()
        })
      },
    }
  },
}

const numberKinds: Readonly<Record<NumberName, NumberKind>> = {
  durations: { isBadWhenLow: false, leastDifference: 10, leastFactor: 3 },
  levels: { isBadWhenLow: false, leastDifference: 5, leastFactor: 3 },
  amounts: { isBadWhenLow: true, leastDifference: 5, leastFactor: 4 },
}

const watchDuration = (
  service: ServiceTrends,
  followed: Followed,
  took: number,
  event: Event,
  found: Map<string, Detection>,
): void => {
  followed.watch ??= startWatch()
  watch(service, 'durations', followed.route, followed.watch, took, event, found)
}

/** Watches a number, and reports its sudden changes. */
const watch = (
  service: ServiceTrends,
  kind: NumberName,
  name: string,
  watched: NumberWatch,
  value: number,
  event: Event,
  found: Map<string, Detection>,
): void => {
  const change = watchNumber(watched, service.newest, value, event, numberKinds[kind])
  if (!change) return
  const { source, service: serviceName, stream, host, whole } = service
  // The durations of the whole service explain those of its routes.
  const isExplained = kind === 'durations' && name !== '' && (whole.watch?.change?.reported ?? 0) > 0
  if (isExplained && whole.watch?.change?.statistic === 'median') return
  const detection = explainSuddenChange({ kind, source, service: serviceName, stream, host, name }, change)
  if (detection) found.set(detection.id, detection)
}

/** Cuts a name to what is stored of it: it would not be found again by the whole name. */
const cutName = (name: string): string => (name.length > longestRoute ? name.slice(0, longestRoute) : name)

const startAmount = (service: ServiceTrends, given: string, event: Event): FollowedAmount | undefined => {
  if (!service.amounts.admits(given)) return undefined
  const name = flatText(given, longestRoute)
  const amount = { name, watch: startWatch(), usedAt: event.time }
  service.amounts.set(name, amount)
  return amount
}

const countOfHost = ({ hosts }: ServiceTrends, event: Event): void => {
  const counted = hosts.get(textField(event, 'host.name') ?? '')
  if (!counted) return
  counted.errors++
  counted.usedAt = event.time
}

/** Advances the clock of a service. A leap needs a second event, so that one wrong date ends no quarters. */
const advance = (service: ServiceTrends, time: number): void => {
  if (time <= service.newest) return
  if (time - service.newest <= leap || Math.abs(time - service.leap) <= leap) {
    service.newest = time
    service.leap = Number.POSITIVE_INFINITY
  } else service.leap = time
}
