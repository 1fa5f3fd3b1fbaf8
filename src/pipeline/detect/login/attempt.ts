import type { Event } from '../../../schema/event.ts'

/** One word of a log on whether somebody got in. */
export interface Attempt {
  readonly success: boolean
  /** What sort of word it is: one try may be told of by several. */
  readonly action: string
  readonly address: string | undefined
  readonly user: string | undefined
  /** How many tries it stands for: `message repeated 5 times`. */
  readonly times: number
}

/** Words that are on no try: "accepted" before anybody is in, an account that there is not when a password is to be changed. */
const noTries = new Set(['ssh_key_accepted', 'ssh_login_postponed', 'pam_account'])

/** Reads an event as an attempt to log in; undefined when it is none. */
export const readAttempt = (event: Event): Attempt | undefined => {
  const { fields } = event
  const category = fields['event.category']
  if (category !== 'authentication' && !(Array.isArray(category) && category.includes('authentication')))
    return undefined
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
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
