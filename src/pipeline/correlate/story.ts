import type { Alert } from '../../schema/alert.ts'
import { attackStage } from '../../schema/attack-stage.ts'
import { byGravity, byStart, endsAt, startsAt } from './alert-facts.ts'
import { momentOf, placesOf } from './title.ts'
import { cut, plural, span } from './words.ts'

const mostStages = 8
const mostSteps = 5
const longestStep = 160

/** One step of a story: what tells it best, and all that tells of it. */
interface Step {
  readonly stage: string | undefined
  readonly told: Alert
  readonly alerts: ReadonlySet<Alert>
  readonly time: number
}

interface Counts {
  readonly alerts: number
  readonly events: number
}

/**
 * Tells the whole of an incident: when and where, the stages in order of time, each by its gravest alert, and how much there is
 * in all. An incident of one alert is told by that alert.
 */
export const storyOf = (members: readonly Alert[], { alerts, events }: Counts): string => {
  const [only] = members
  if (!only) return 'All of its alerts were moved to other incidents.'
  if (members.length === 1) return only.sentence
  const steps = stepsOf(members)
  const rest = members.filter((alert) => !steps.some(({ alerts: told }) => told.has(alert)))
  return [
    `${whenAndWhere(members)}.`,
    ...steps.map((step, index) => `${stepWords(step, steps[index - 1])}.`),
    ...(rest.length > 0 ? [`${restWords(rest)}.`] : []),
    `In all ${plural(alerts, 'alert')} with ${plural(events, 'line')}${fromWhere(members)}.`,
  ].join(' ')
}

/** The stages of an attack, and while there are few of them, the gravest of the alerts that tell of none. */
const stepsOf = (members: readonly Alert[]): readonly Step[] => {
  const byStage = Map.groupBy(members, attackStage)
  const unstaged = byStage.get(undefined) ?? []
  byStage.delete(undefined)
  const stages = [...byStage].map(([stage, alerts]) => stepOf(alerts, byStage.size > 1 ? stage : undefined))
  const chosen = stages.toSorted((a, b) => byGravity(a.told, b.told)).slice(0, mostStages)
  const room = Math.max(0, mostSteps - chosen.length)
  const others = unstaged.toSorted(byGravity).slice(0, room)
  return [...chosen, ...others.map((alert) => stepOf([alert], undefined))].sort(
    (a, b) => a.time - b.time || byStart(a.told, b.told),
  )
}

const stepOf = (alerts: readonly Alert[], stage: string | undefined): Step => {
  const told = alerts.reduce((worst, alert) => (byGravity(alert, worst) < 0 ? alert : worst))
  return { stage, told, alerts: new Set(alerts), time: momentOf(told) }
}

const stepWords = ({ stage, told, alerts, time }: Step, before: Step | undefined): string => {
  const gap = before ? time - before.time : 0
  const later = gap >= 1_000 ? `${span(gap)} later` : before ? 'At the same time' : undefined
  const head = [later, stage].filter((words) => words !== undefined).join(', ')
  const title = cut(told.title, longestStep)
  const more = alerts.size > 1 ? `, and ${plural(alerts.size - 1, 'more alert')}` : ''
  return capital(`${head === '' ? '' : `${head}: `}${title}${more}`)
}

const restWords = (rest: readonly Alert[]): string => {
  const [gravest] = rest.toSorted(byGravity)
  const such = gravest ? `${rest.length > 1 ? ', such as' : ':'} ${cut(gravest.title, longestStep)}` : ''
  return `Around it ${plural(rest.length, 'other unusual thing')}${such}`
}

const whenAndWhere = (members: readonly Alert[]): string => {
  const first = Math.min(...members.map(startsAt))
  const last = Math.max(...members.map(endsAt))
  const place = placesOf(members)
  const [from, to] = [minuteOf(first), minuteOf(last)]
  const until = from === to ? '' : ` to ${to.slice(0, 10) === from.slice(0, 10) ? to.slice(11) : to}`
  const long =
    last - first >= 60_000 ? `${span(last - first)}${place ? ` on ${place}` : ''}, ` : place ? `On ${place}, ` : ''
  return capital(`${long}${from}${until} UTC`)
}

const minuteOf = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ')

/** Of an attack from many places: how many. */
const fromWhere = (members: readonly Alert[]): string => {
  const all = members.flatMap(({ entities }) => entities.flatMap(({ type, value }) => (type === 'ip' ? value : [])))
  const addresses = new Set(all).size
  return addresses > 1 ? `, from ${addresses} addresses` : ''
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
