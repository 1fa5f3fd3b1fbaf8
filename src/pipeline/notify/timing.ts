import type { Alert } from '../../schema/alert/alert.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import { severityRank } from '../../schema/severity.ts'
import { compileAlertMatch, type TagsOf } from './alert-match.ts'
import type { MaintenanceWindow, Routing } from './routing-options.ts'
import { endOfHours, isInHours } from './weekly-hours.ts'

/** Decides whether and when a receiver gets messages about an incident. Times are in ms. */
export interface Timing {
  /** Whether the receiver wants to know of the incident now. */
  concerns(alerts: readonly Alert[], time: number): boolean
  /** When to send a message that is planned now. `isKnown`: whether the receiver already got a message about the incident. */
  sendAt(incident: Pick<Incident, 'severity'>, time: number, isKnown: boolean): number
}

/** Creates the timing of a receiver from its options. */
export const createTiming = (
  { only, hours, quiet_hours, escalate_after, group }: Routing,
  { tagsOf, now }: { readonly tagsOf: TagsOf; readonly now: () => number },
): Timing => {
  const matches = only === undefined ? undefined : compileAlertMatch(only, tagsOf, now())
  return {
    concerns: (alerts, time) => (!hours || isInHours(hours, time)) && (!matches || alerts.some(matches)),
    sendAt(incident, time, isKnown) {
      const planned = time + Math.max(group ?? 0, isKnown ? 0 : (escalate_after ?? 0))
      const isQuiet =
        quiet_hours &&
        severityRank(incident.severity) < severityRank(quiet_hours.unless) &&
        isInHours(quiet_hours, planned)
      return isQuiet ? endOfHours(quiet_hours, planned) : planned
    },
  }
}

/** Returns when the maintenance that all alerts of an incident are in ends; undefined if there is none. */
export type MaintenanceEnd = (alerts: readonly Alert[], time: number) => number | undefined

/** Creates the test for maintenance windows. */
export const createMaintenance = (
  windows: readonly MaintenanceWindow[],
  { tagsOf, now }: { readonly tagsOf: TagsOf; readonly now: () => number },
): MaintenanceEnd => {
  const compiled = windows.map(({ only, from, to, weekly }) => ({
    matches: only === undefined ? undefined : compileAlertMatch(only, tagsOf, now()),
    end(time: number): number | undefined {
      if (weekly) return isInHours(weekly, time) ? endOfHours(weekly, time) : undefined
      const [start, end] = [Date.parse(from ?? ''), Date.parse(to ?? '')]
      return time >= start && time < end ? end : undefined
    },
  }))
  return (alerts, time) => {
    const ends = compiled.flatMap(({ matches, end }) => {
      const isAbout = !matches || (alerts.length > 0 && alerts.every(matches))
      return isAbout ? (end(time) ?? []) : []
    })
    return ends.length === 0 ? undefined : Math.max(...ends)
  }
}
