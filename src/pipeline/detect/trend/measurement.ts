import type { Event, Fields } from '../../../schema/event/event.ts'
import { isAboutLogin, isErrorLevel, severityHintOf } from '../shared/severity-hint.ts'

/** How many templates to remember, and how many events of one to search for a duration before giving up. */
const mostPlans = 20_000
const triedEvents = 8

/** How to read the events of one template. */
interface Plan {
  readonly soundsBad: boolean
  readonly triesAgain: boolean
  /** The field with the duration, and how many ms its unit has. */
  field: string | undefined
  factor: number
  /** Whether the message contains the duration. */
  inMessage: boolean
  tries: number
}

/** Reads failures and durations from events. */
export interface MeasurementReader {
  /** Whether the event is a failure of the service: by its HTTP status, its level, or its words. Refused logins are not. */
  isError(event: Event): boolean
  /** Whether the event is a warning, or says that something is tried again. */
  isWarning(event: Event): boolean
  /** How long something took, in ms; undefined if the event does not say. */
  durationOf(event: Event): number | undefined
}

/** Creates a reader that finds out once per template where its events say how long something took. */
export const createMeasurementReader = (): MeasurementReader => {
  const plans = new Map<string, Plan>()
  const planOf = (event: Event): Plan | undefined => {
    const id = event.template?.id
    if (id === undefined) return undefined
    const known = plans.get(id)
    if (known) return known
    if (plans.size >= mostPlans) plans.clear()
    const plan: Plan = {
      soundsBad: severityHintOf(event) > 0 && !isAboutLogin(event),
      triesAgain: again.test(event.template?.text ?? ''),
      field: undefined,
      factor: 1,
      inMessage: false,
      tries: 0,
    }
    plans.set(id, plan)
    return plan
  }
  return {
    isError(event) {
      const status = event.fields['http.response.status_code']
      if (typeof status === 'number') return status >= 500
      if (event.fields['event.category'] === 'authentication') return false
      const level = event.fields['log.level']
      return level === undefined ? planOf(event)?.soundsBad === true : isErrorLevel(level)
    },
    isWarning(event) {
      return isWarningLevel(event.fields['log.level']) || planOf(event)?.triesAgain === true
    },
    durationOf(event) {
      const inNanoseconds = event.fields['event.duration']
      if (typeof inNanoseconds === 'number') return inNanoseconds / 1e6
      const plan = planOf(event)
      if (!plan) return undefined
      if (plan.field === undefined && !plan.inMessage) {
        if (plan.tries >= triedEvents) return undefined
        plan.tries++
        const found = findField(event.fields)
        if (found) Object.assign(plan, found)
        else plan.inMessage = durationIn(event.message) !== undefined
      }
      if (plan.field !== undefined) return millisecondsOf(event.fields[plan.field], plan.factor)
      return plan.inMessage ? durationIn(event.message) : undefined
    },
  }
}

const again = /\b(?:retry|retries|retrying|retried|trying again)\b/i
const isWarningLevel = (level: unknown): boolean => level === 'warning' || level === 'warn'

const milliseconds: Readonly<Record<string, number>> = { n: 1e-6, u: 1e-3, µ: 1e-3, m: 1, s: 1000 }
/** Returns how many ms a unit has, from its first letters: `ms`, `seconds`, `micros`. */
const factorOf = (unit: string): number => {
  const word = unit.toLowerCase()
  if (word.startsWith('mic')) return 1e-3
  return milliseconds[word[0] ?? ''] ?? 1
}

const durationName =
  /(?:duration|latency|elapsed(?:time)?|took|responsetime|requesttime|processingtime|servicetime|timetaken|runtime)(ns|us|ms|s|secs?|seconds|millis|milliseconds|micros|microseconds|nanos|nanoseconds)?$/

const findField = (fields: Fields): { field: string; factor: number } | undefined => {
  for (const [field, value] of Object.entries(fields)) {
    const match = durationName.exec(field.toLowerCase().replaceAll(/[_-]/g, ''))
    if (!match) continue
    const factor = match[1] !== undefined ? factorOf(match[1]) : isInSeconds(match[0], value) ? 1000 : 1
    if (millisecondsOf(value, factor) !== undefined) return { field, factor }
  }
  return undefined
}

/** Whether a duration without a unit is in seconds: those in ms are whole numbers, but for response times of Node's loggers. */
const isInSeconds = (name: string, value: unknown): boolean =>
  typeof value === 'number' && !Number.isInteger(value) && name !== 'responsetime'

const withUnit = /^(\d+(?:\.\d+)?) ?(ns|us|µs|ms|s|sec|seconds)?$/i

const millisecondsOf = (value: unknown, factor: number): number | undefined => {
  if (typeof value === 'number') return value >= 0 ? value * factor : undefined
  if (typeof value !== 'string' || value.length > 24) return undefined
  const match = withUnit.exec(value)
  if (!match) return undefined
  return Number(match[1]) * (match[2] === undefined ? factor : factorOf(match[2]))
}

const inWords =
  /\b(?:in|took|elapsed|duration|latency|time|after)\b[ =:(]{1,3}(\d+(?:\.\d+)?) ?(ns|us|µs|ms|msecs?|milliseconds|s|secs?|seconds)\b/i
const bare = /(?:^|[ (=:[])(\d+(?:\.\d+)?) ?(ms)\b/

const durationIn = (message: string): number | undefined => {
  const text = message.length > 2000 ? message.slice(0, 2000) : message
  const match = inWords.exec(text) ?? bare.exec(text)
  return match ? Number(match[1]) * factorOf(match[2] ?? '') : undefined
}

/** Returns the path or the name of the handler that a request was for. */
export const routeFieldOf = ({ fields }: Event): string | undefined => {
  const route = fields['http.route'] ?? fields['url.path'] ?? fields.route ?? fields.path ?? fields.endpoint
  return typeof route === 'string' && route !== '' ? route : undefined
}

const mostParts = 4
const longestPath = 300
const longestPart = 40

/** Reduces a path to its route: `/items/6073?page=2` to `/items/*`. Parts with digits and long parts count as values. O(length). */
export const toRoute = (path: string): string => {
  let route = ''
  let [parts, start, digits] = [0, 0, false]
  for (let at = 0; ; at += 1) {
    const code = at < path.length && at < longestPath ? path.charCodeAt(at) : end
    if (code >= 48 && code <= 57) digits = true
    const isLast = code === end || code === 63 || code === 35 || code === 59 // ? # ;
    if (!isLast && code !== slash) continue
    if (parts > 0) route += '/'
    if (parts > mostParts) return `${route}…`
    const part = path.slice(start, at)
    route += part.length > longestPart || (digits && !version.test(part)) ? '*' : part
    if (isLast) return route
    parts += 1
    start = at + 1
    digits = false
  }
}

const slash = 47
const end = -1
const version = /^v\d+$/i
