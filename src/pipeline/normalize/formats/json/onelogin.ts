import type { Draft } from '../../draft.ts'

type Json = Readonly<Record<string, unknown>>

/** The types of OneLogin's events about logins of users. Others are about applications, which users reach after a login. */
const outcomes: ReadonlyMap<string, 'success' | 'failure'> = new Map([
  ['5', 'success'],
  ['6', 'failure'],
])

/** Reads the type of an event of OneLogin, which is a number, where it stands for a login that succeeded or failed. */
export const readOneLoginType = (object: Json, fields: Draft): void => {
  const { event_type_id: type, ipaddr: address, user_name: user } = object
  const outcome = outcomes.get(String(type))
  if (outcome === undefined || typeof address !== 'string' || typeof user !== 'string') return
  fields['event.category'] = 'authentication'
  fields['event.action'] ??= 'login'
  fields['event.outcome'] = outcome
  fields['event.code'] ??= String(type)
}
