import { type Course, isFailed } from './course.ts'
import type { LogEvent } from './log-event.ts'

export const threatTypes = [
  'brute_force',
  'privilege_escalation',
  'data_exfiltration',
  'lateral_movement',
  'unknown',
] as const
export type ThreatType = (typeof threatTypes)[number]

const sensitive = /passwd|shadow|\/etc\/|credentials|keys/i
const network = /network|ssh|rdp/
const atNight = (time: number): boolean => {
  const hour = new Date(time).getUTCHours()
  return hour < 6 || hour >= 22
}

/**
 * Scores how much an event looks like each kind of attack, 0–1, by rules that need no training: repeated failures of one account, `sudo` by
 * an unknown user, sensitive files, an account with many addresses. Scores from about 0.6 are relevant: the fifth failure within the hour,
 * a password file, seven addresses in a day.
 */
export const threatRules = (
  event: LogEvent,
  { failures, addresses }: Course,
  isKnown: boolean,
): Readonly<Record<Exclude<ThreatType, 'unknown'>, number>> => {
  const failed = isFailed(event)
  const night = atNight(event.time)
  const sudo = event.event_type.includes('sudo') || /\bsudo\b/i.test(event.message)
  return {
    brute_force: failed ? 0.352 + 0.0555 * Math.min(10, failures) : 0,
    privilege_escalation: !sudo ? 0 : !isKnown ? 0.9 : failed ? 0.8 : 0.5,
    data_exfiltration: sensitive.test(event.message)
      ? night
        ? 0.68
        : 0.65
      : night && event.event_type.includes('file')
        ? 0.55
        : 0,
    lateral_movement: Math.max(
      network.test(event.event_type) ? 0.3 : 0,
      // One or two addresses are nothing: a desk and a phone.
      addresses > 2 ? Math.min(1, addresses / 10) : 0,
    ),
  }
}

/** Names the kind of attack for clients of the detection service: the first of these signs. */
export const threatTypeOf = ({ action, message, event_type }: LogEvent): ThreatType => {
  if (action.includes('failed')) return 'brute_force'
  if (/sudo/i.test(message)) return 'privilege_escalation'
  if (/shadow|passwd|secret/i.test(message)) return 'data_exfiltration'
  return event_type === 'network' ? 'lateral_movement' : 'unknown'
}

/** The severity of a score, by the cuts of the detection service. */
export const severityOf = (score: number): 'critical' | 'high' | 'medium' | 'low' =>
  score >= 0.95 ? 'critical' : score >= 0.85 ? 'high' : score >= 0.7 ? 'medium' : 'low'
