import { type Event, isAuthentication } from '../../../schema/event/event.ts'

/** A log line about a login attempt. */
export interface Attempt {
  readonly success: boolean
  /** The kind of line. One attempt may produce several kinds. */
  readonly action: string
  readonly address: string | undefined
  readonly user: string | undefined
  /** How many attempts the line represents: `message repeated 5 times`. */
  readonly times: number
  /** How many lines show them. */
  readonly lines: number
  /**
   * A login page is compared with its own past to find a spray. Its attempts count alone, for their address; those of a spray come once more, to
   * count together.
   */
  readonly counts?: 'alone' | 'together'
  /** The time of the last one, if the line stands for several. */
  readonly until?: number
}

/** Lines that are not about an attempt: a key accepted before the login, a missing account in a password change. */
const noTries = new Set(['ssh_key_accepted', 'ssh_login_postponed', 'pam_account'])

/** Reads an event as a login attempt; undefined if it is none. */
export const readAttempt = (event: Event): Attempt | undefined => {
  const { fields } = event
  if (!isAuthentication(event)) return undefined
  const outcome = fields['event.outcome']
  if (outcome !== 'success' && outcome !== 'failure') return undefined
  const action = text(fields['event.action']) ?? 'login'
  if (noTries.has(action)) return undefined
  const repeated = fields['event.repeated']
  return {
    success: outcome === 'success',
    action,
    address: text(fields['source.ip']) ?? text(fields['source.address']) ?? text(fields['source.domain']),
    user: text(fields['user.name']),
    times: typeof repeated === 'number' && repeated >= 1 && repeated <= 1_000_000 ? Math.floor(repeated) : 1,
    lines: 1,
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
