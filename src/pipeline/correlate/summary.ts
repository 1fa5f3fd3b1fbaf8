import { span } from '../../lib/units/duration.ts'
import { plural } from '../../lib/units/number.ts'
import { minute } from '../../lib/units/time.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import { attackStage } from '../../schema/alert/attack-stage.ts'
import { byImportance, byStart, endsAt, startsAt } from './alert-facts.ts'
import { cut, momentOf, placesOf } from './title.ts'

const mostStages = 8
const mostSteps = 5
const longestStep = 160

/** One step of an attack: its lead alert, and all its alerts. */
interface Step {
  readonly stage: string | undefined
  readonly lead: Alert
  readonly alerts: ReadonlySet<Alert>
  readonly time: number
}

interface Counts {
  readonly alerts: number
  readonly events: number
}

/**
 * Summarizes an incident: time and place, the stages in order of time, each by its most severe alert, and the totals. A single alert is
 * its own summary.
 */
export const summarizeIncident = (members: readonly Alert[], { alerts, events }: Counts): string => {
  const [only] = members
  if (!only) return 'All of its alerts were moved to other incidents.'
  if (members.length === 1) return only.sentence
  const steps = stepsOf(members)
  const rest = members.filter((alert) => !steps.some(({ alerts: lead }) => lead.has(alert)))
  return [
    `${whenAndWhere(members)}.`,
    ...steps.map((step, index) => `${describeStep(step, steps[index - 1])}.`),
    ...(rest.length > 0 ? [`${describeRest(rest)}.`] : []),
    `In total ${plural(alerts, 'alert')} with ${plural(events, 'line')}${fromWhere(members)}.`,
  ].join(' ')
}

/** Returns the stages of an attack and, up to a limit, the most severe alerts without a stage. */
const stepsOf = (members: readonly Alert[]): readonly Step[] => {
  const byStage = Map.groupBy(members, attackStage)
  const unstaged = byStage.get(undefined) ?? []
  byStage.delete(undefined)
  const stages = [...byStage].map(([stage, alerts]) => stepOf(alerts, byStage.size > 1 ? stage : undefined))
  const chosen = stages.toSorted((a, b) => byImportance(a.lead, b.lead)).slice(0, mostStages)
  const room = Math.max(0, mostSteps - chosen.length)
  const others = unstaged.toSorted(byImportance).slice(0, room)
  return [...chosen, ...others.map((alert) => stepOf([alert], undefined))].sort(
    (a, b) => a.time - b.time || byStart(a.lead, b.lead),
  )
}

const stepOf = (alerts: readonly Alert[], stage: string | undefined): Step => {
  const lead = alerts.reduce((worst, alert) => (byImportance(alert, worst) < 0 ? alert : worst))
  return { stage, lead, alerts: new Set(alerts), time: momentOf(lead) }
}

const describeStep = ({ stage, lead, alerts, time }: Step, before: Step | undefined): string => {
  const gap = before ? time - before.time : 0
  const later = gap >= 1_000 ? `${span(gap)} later` : before ? 'At the same time' : undefined
  const prefix = [later, stage].filter((part) => part !== undefined).join(', ')
  const title = cut(lead.title, longestStep)
  const more = alerts.size > 1 ? `, and ${plural(alerts.size - 1, 'more alert')}` : ''
  return capital(`${prefix === '' ? '' : `${prefix}: `}${title}${more}`)
}

const describeRest = (rest: readonly Alert[]): string => {
  const [worst] = rest.toSorted(byImportance)
  const such = worst ? `${rest.length > 1 ? ', such as' : ':'} ${cut(worst.title, longestStep)}` : ''
  return `In the same period, ${plural(rest.length, 'other unusual event')}${such}`
}

const whenAndWhere = (members: readonly Alert[]): string => {
  const first = Math.min(...members.map(startsAt))
  const last = Math.max(...members.map(endsAt))
  const place = placesOf(members)
  const [from, to] = [minuteOf(first), minuteOf(last)]
  const until = from === to ? '' : ` to ${to.slice(0, 10) === from.slice(0, 10) ? to.slice(11) : to}`
  const long =
    last - first >= minute ? `${span(last - first)}${place ? ` on ${place}` : ''}, ` : place ? `On ${place}, ` : ''
  return capital(`${long}${from}${until} UTC`)
}

const minuteOf = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ')

/** Alerts about many addresses list at least this many, and seldom all of them. */
const listedAddresses = 10

/** Returns the number of addresses, if there are several. The attackers are listed apart, and more of them than among the entities. */
const fromWhere = (members: readonly Alert[]): string => {
  const all = members.flatMap(({ entities, address_roles }) => [
    ...entities.flatMap(({ type, value }) => (type === 'ip' ? value : [])),
    ...(address_roles?.attacker ?? []).map(({ ip }) => ip),
  ])
  const addresses = new Set(all).size
  if (addresses <= 1) return ''
  return `, from ${addresses < listedAddresses ? '' : 'at least '}${addresses} addresses`
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
