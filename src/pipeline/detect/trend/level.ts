import type { Event } from '../../../schema/event/event.ts'

/** How many templates to remember, and how many events of one to search for a level before giving up. */
const mostPlans = 20_000
const triedEvents = 8
const mostLevels = 3

/** A level that a program reports about itself: a queue, memory, connections. */
export interface ReportedLevel {
  readonly name: string
  readonly value: number
}

/** Reads the levels of an event, most of which have none. */
export type LevelReader = (event: Event) => readonly ReportedLevel[]

interface Plan {
  tries: number
  fields: readonly string[]
  inMessage: boolean
}

const none: readonly ReportedLevel[] = []

/** Creates a reader that finds out once per template which of its numbers are levels. */
export const createLevelReader = (): LevelReader => {
  const plans = new Map<string, Plan>()
  return (event) => {
    const id = event.template?.id
    if (id === undefined) return none
    let plan = plans.get(id)
    if (!plan) {
      if (plans.size >= mostPlans) plans.clear()
      plan = { tries: 0, fields: [], inMessage: false }
      plans.set(id, plan)
    }
    if (plan.fields.length === 0 && !plan.inMessage) {
      if (plan.tries >= triedEvents) return none
      plan.tries++
      plan.fields = fieldsWithLevel(event)
      plan.inMessage = plan.fields.length === 0 && levelsIn(event.message).length > 0
    }
    if (plan.inMessage) return levelsIn(event.message)
    return plan.fields.flatMap((name) => {
      const value = event.fields[name]
      return typeof value === 'number' && value >= 0 ? [{ name, value }] : []
    })
  }
}

/** Words for amounts that stay within a range while a program is well. Totals only ever grow, and limits never change. */
const levelWords =
  'queue|queued|depth|backlog|pending|waiting|unacked|outstanding|behind|lag|inflight|heap|rss|memory|mem|connections|threads|goroutines|fds|descriptors|retries|retransmits|evictions'
const levelName = new RegExp(`(?:^|_)(?:${levelWords})(?:_|$)`)
/** A lag is a level also if it is a time. */
const lagName = /(?:^|_)(?:lag|behind)(?:_|$)/
const otherName =
  /(?:^|_)(?:max|min|limit|total|capacity|free|available|size_limit|id|name|count_total|ms|duration|time|age|seconds)(?:_|$)/

const fieldsWithLevel = ({ fields }: Event): readonly string[] =>
  Object.entries(fields)
    .filter(([name, value]) => typeof value === 'number' && isLevelName(name))
    .map(([name]) => name)
    .slice(0, mostLevels)

export const isLevelName = (name: string): boolean => {
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll(/[.-]/g, '_')
    .toLowerCase()
  return levelName.test(words) && (lagName.test(words) || !otherName.test(words))
}

const inWords = new RegExp(
  `\\b((?:${levelWords})(?: (?:used|usage|in use|size|depth|length|open|active|jobs|messages|waiting))?)(?: is| at|:| =|=)? ?(\\d+(?:\\.\\d+)?) ?([kmgt]i?b|bytes|%)?(?![\\w.])`,
  'gi',
)
/** The number may come first: `12 seconds behind the primary`, `40 messages waiting`. */
const inWordsBefore =
  /(?<![\w.-])(\d+(?:\.\d+)?) (?:s|sec|seconds|minutes|messages|jobs|items|tasks|events|requests|bytes) (behind|queued|pending|waiting|in (?:the )?queue)(?![\w])/gi
const inMegabytes: Readonly<Record<string, number>> = { b: 1e-6, k: 1e-3, m: 1, g: 1e3, t: 1e6 }

const levelsIn = (message: string): readonly ReportedLevel[] => {
  const found: ReportedLevel[] = []
  for (const [, name = '', digits, unit] of message.slice(0, 2000).matchAll(inWords)) {
    if (found.length >= mostLevels) break
    const value = Number(digits)
    if (unit === undefined || unit === '%') found.push({ name: name.toLowerCase(), value })
    else
      found.push({
        name: `${name.toLowerCase()} in MB`,
        value: value * (inMegabytes[unit[0]?.toLowerCase() ?? ''] ?? 1),
      })
  }
  for (const [, digits, name = ''] of message.slice(0, 2000).matchAll(inWordsBefore))
    if (found.length < mostLevels) found.push({ name: name.toLowerCase(), value: Number(digits) })
  return found
}
