import type { Detection } from '../../../schema/detection/detection.ts'
import { type CourseOfDays, endQuarter, forgetSamples, lastDay } from './course.ts'
import { type Followed, failingHost, hostPart, type OpenTrend, type ServiceTrends } from './service-trends.ts'
import { explainTrend } from './trend-explanation.ts'
import { higherLevel, lessThroughput, longerDurations, moreErrors, moreWarnings, type Worsening } from './worsening.ts'

/** So many quarters of a day in a row must be worse. */
const confirmedBy = 2
/** After so many quarters in order, what is worse later is a new trend. */
const overAfter = 4
/** A level is lower at the weekend, and still the same trend on Monday. */
const levelOverAfter = 12
/** A reported trend is reported again when it is this many times worse. */
const worseAgain = 1.2
/** A route is the only one that fails if it has this share of the errors; the only slow one after so many quarters. */
const mostOfErrors = 0.6
const aloneAfter = 4
const daysToLearn = 2

interface Worse {
  readonly followed: Followed
  readonly worsening: Worsening
}

/** Ends the quarters of a service and of its routes, and reports what has become worse. */
export const endQuarters = (service: ServiceTrends, found: Map<string, Detection>): void => {
  const { whole, routes, levels, newest, latest } = service
  const works = [whole, ...routes.values()]
  const all = [...works, ...levels.values()]
  for (const { course } of all) endQuarter(course, newest)
  const worse: readonly Worse[] = [
    ...works.flatMap((followed) => worseningsOf(followed).map((worsening) => ({ followed, worsening }))),
    ...[...levels.values()].flatMap((followed) => {
      const { last, before } = lastDay(followed.course)
      const worsening = higherLevel(last, followed.course.quarters, before)
      return worsening ? [{ followed, worsening }] : []
    }),
  ]
  for (const followed of all)
    noteTrends(
      followed,
      worse.flatMap((one) => (one.followed === followed ? one.worsening : [])),
    )
  for (const one of worse) {
    const { followed, worsening } = one
    const open = followed.trends.find(({ kind }) => kind === worsening.kind)
    if (!open || open.seen < confirmedBy || worsening.factor < open.reported * worseAgain) continue
    if (worsening.kind !== 'levels' && isExplained(worse, one, whole, [...routes.values()])) continue
    const sample = sampleOf(worsening, followed.course) ?? (worsening.kind === 'throughput' ? latest : undefined)
    if (!sample) continue
    open.reported = worsening.factor
    const subject = { ...service, ...hostOf(service, one), route: followed.route }
    const isLearning = followed.course.days.length < daysToLearn
    const times = { start: open.start, end: Math.max(sample.time, open.start), isLearning }
    const detection = explainTrend(subject, worsening, times, [sample])
    found.set(detection.id, detection)
  }
  for (const { course } of all) forgetSamples(course)
  for (const counted of service.hosts.values()) counted.errors /= 2
}

const hostOf = (service: ServiceTrends, { followed: { route }, worsening }: Worse) => {
  if (route.startsWith(hostPart)) return { host: route.slice(hostPart.length), isOneOfHosts: false }
  const host = worsening.kind === 'errors' && route === '' ? failingHost(service) : service.host
  return { host, isOneOfHosts: host !== service.host }
}

const sampleOf = ({ kind }: Worsening, { failure, warning, slowest }: CourseOfDays) => {
  if (kind === 'errors') return failure
  if (kind === 'warnings') return warning
  return kind === 'throughput' ? undefined : slowest
}

const worseningsOf = ({ route, course }: Followed): readonly Worsening[] => {
  const { last, before } = lastDay(course)
  const { quarters, days, today } = course
  // The traffic of whole days is compared once a day.
  const isMorning = course.open.start === today.start
  return [
    moreErrors(last, quarters, before) ?? (route === '' ? moreWarnings(last, quarters, before) : undefined),
    longerDurations(last, quarters, before),
    route === '' && isMorning ? lessThroughput(days) : undefined,
  ].filter((one) => one !== undefined)
}

/** Notes which trends go on and which are over. */
const noteTrends = ({ trends, course }: Followed, worse: readonly Worsening[]): void => {
  for (const { kind } of worse) {
    const open = trends.find((one) => one.kind === kind)
    // Three days in a row have confirmed a change of traffic.
    const first = kind === 'throughput' ? confirmedBy : 1
    if (open) {
      open.seen++
      open.ended = 0
    } else trends.push({ kind, start: course.open.start, seen: first, ended: 0, reported: 0 })
  }
  const isOver = (open: OpenTrend): boolean => {
    if (worse.some(({ kind }) => kind === open.kind)) return false
    if (open.reported === 0 && open.kind !== 'throughput') return true
    return ++open.ended > (open.kind === 'levels' ? levelOverAfter : overAfter)
  }
  trends.splice(0, trends.length, ...trends.filter((open) => !isOver(open)))
}

/**
 * Whether another finding has the same cause: the only route that is worse explains its service, and the service its routes. Of a service
 * that is worse as a whole, the first route to show it is not the only one.
 */
const isExplained = (
  worse: readonly Worse[],
  { followed, worsening }: Worse,
  { course }: Followed,
  routes: readonly Followed[],
): boolean => {
  const alike = worse.filter((one) => one.worsening.kind === worsening.kind)
  const ofRoutes = alike.filter((one) => one.followed.route !== '')
  const [route, ...others] = ofRoutes
  const isOnlyOne = route !== undefined && others.length === 0 && routes.length >= 3 && isAlone(route, course)
  // A route that was reported alone still explains its service when its own last quarter was better.
  const isReported = ({ trends }: Followed) =>
    trends.some(({ kind, reported }) => kind === worsening.kind && reported > 0)
  if (followed.route === '') return isOnlyOne || (others.length === 0 && routes.some(isReported))
  return !isOnlyOne && (ofRoutes.length < 2 || alike.length > ofRoutes.length)
}

const errorsWithin = (course: CourseOfDays, days: number): number => {
  const { last, before } = lastDay(course)
  return before.slice(before.length - days + 1).reduce((sum, { errors }) => sum + errors, last.errors)
}

const isAlone = ({ followed, worsening }: Worse, service: CourseOfDays): boolean =>
  worsening.kind === 'errors'
    ? worsening.lines >= mostOfErrors * errorsWithin(service, worsening.span)
    : (followed.trends.find(({ kind }) => kind === worsening.kind)?.seen ?? 0) >= aloneAfter
