import { day, minute } from '../../lib/units/time.ts'
import type { Incident } from '../../schema/incident/incident.ts'

/** The attackers of a botnet come within minutes, so the first message waits for more of them. */
const firstWait = minute
const shortestPause = 10 * minute

/** Returns the attackers that joined an incident after a moment. People know those that they put there. */
export const joinedSince = ({ timeline }: Incident, moment: number): readonly string[] =>
  timeline.flatMap(({ time, actor, attackers = [] }) =>
    actor === 'vedette' && Date.parse(time) > moment ? attackers : [],
  )

/** An earlier message to a receiver that attackers joined. */
interface JoinMessage {
  readonly sent_at: number | null
  readonly next_attempt_at: number | null
}

/**
 * Returns when to send that attackers joined: with the message that is planned already, or soon if the last one is long ago. The pause
 * between messages doubles while attackers keep joining, so that a campaign sends few.
 */
export const joinMessageAt = (earlier: readonly JoinMessage[], now: number): number => {
  const planned = earlier.flatMap(({ next_attempt_at }) => next_attempt_at ?? [])
  if (planned.length > 0) return Math.max(...planned)
  const sent = new Set(earlier.flatMap(({ sent_at }) => (sent_at !== null && sent_at > now - day ? sent_at : [])))
  const pause = shortestPause * 2 ** (sent.size - 1)
  return Math.max(now + firstWait, Math.max(...sent) + pause)
}
