import { type Event, textField } from '../../../schema/event/event.ts'
import { readAttempt } from '../login/attempt.ts'
import type { NewPair } from './pair-history.ts'

/** The encounterKinds of first encounters. */
export const encounterKinds = ['user', 'address', 'host', 'reach', 'rights'] as const
export type EncounterKind = (typeof encounterKinds)[number]

/** A first encounter. */
export interface FirstEncounter {
  readonly kind: EncounterKind
  readonly one: string
  readonly other: string
  readonly newPair: NewPair
}

/** A successful login, or a privileged action. */
export interface Action {
  readonly user: string
  readonly address: string | undefined
  readonly host: string | undefined
  /** The country of the address, if it is known. */
  readonly country: string | undefined
  /** Whether it is a login over SSH. */
  readonly isSsh: boolean
  /** The account whose rights were used; undefined for a login. */
  readonly target: string | undefined
}

/** Reads an event as an action; undefined if it is none. */
export const readAction = (event: Event): Action | undefined => {
  const action = event.fields['event.action']
  const host = textField(event, 'host.name')
  if (action === 'sudo' || action === 'su') {
    const user = textField(event, 'user.name')
    if (user === undefined || event.fields['event.outcome'] !== 'success') return undefined
    const target = textField(event, 'user.target.name') ?? 'root'
    return { user, address: undefined, host, country: undefined, isSsh: false, target }
  }
  const attempt = readAttempt(event)
  if (!attempt?.success || attempt.user === undefined) return undefined
  const { user, address } = attempt
  return { user, address, host, country: countryOf(event), isSsh: action === 'ssh_login', target: undefined }
}

const countryOf = (event: Event): string | undefined => {
  const code = textField(event, 'source.geo.country_iso_code')
  return code !== undefined && /^[A-Za-z]{2}$/.test(code) ? code.toUpperCase() : undefined
}
