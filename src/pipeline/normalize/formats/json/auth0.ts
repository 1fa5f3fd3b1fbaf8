import type { Draft } from '../../draft.ts'

type Json = Readonly<Record<string, unknown>>

/** The outcomes of the types of Auth0's logs that are about passwords: https://auth0.com/docs/deploy-monitor/logs/log-event-type-codes */
const outcomes: ReadonlyMap<string, 'success' | 'failure'> = new Map([
  ['s', 'success'],
  ['f', 'failure'],
  ['fp', 'failure'],
  ['fu', 'failure'],
  ['limit_mu', 'failure'],
  ['limit_wc', 'failure'],
])

/** Reads the type of a log of Auth0, of its interface or its streams, where it stands for a login that succeeded or failed. */
export const readAuth0Type = (object: Json, fields: Draft): void => {
  const { type, log_id: id, client_id: client } = object
  if (typeof type !== 'string' || typeof id !== 'string' || client === undefined) return
  const outcome = outcomes.get(type)
  if (outcome === undefined) return
  fields['event.category'] = 'authentication'
  fields['event.action'] = 'login'
  fields['event.outcome'] = outcome
  fields['event.code'] ??= type
}
