import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress } from '../fields/address.ts'
import { setUser } from './phrase.ts'
import { readUnknownProgram } from './unknown-program.ts'

/** `AS_REQ (2 etypes {18, 17}) 10.0.0.21: NEEDED_PREAUTH: kim@EXAMPLE.ORG for krbtgt/EXAMPLE.ORG@EXAMPLE.ORG, …`. */
const request = /^(AS|TGS)_REQ \([^)\n]{0,40}\{[^}\n]{0,1500}\}\) ([\da-fA-F.:]{2,45}): ([A-Z][A-Z_ ]{2,40}): /
/** The client may contain blanks, and the service none. */
const parties =
  /^(?:authtime \d{1,12}, (?:etypes \{[^}\n]{0,300}\}, )?)?(\S[^\n]{0,255}?) for (\S{1,256}?)(?:, ([^\n]{1,200}))?$/

/** Answers to a wrong password, to an unknown name, and for an account that may not log in. */
const refusals: ReadonlySet<string> = new Set([
  'CLIENT EXPIRED',
  'CLIENT KEY EXPIRED',
  'CLIENT LOCKED OUT',
  'CLIENT_NOT_FOUND',
  'LOCKED_OUT',
  'PREAUTH_FAILED',
])

/**
 * Parses a message of the key distribution center of MIT Kerberos. The first answer asks for a proof of the password, and is neither a failure
 * nor a login. A refused proof is written again with the address and the name.
 */
export const readKrb5kdc = (message: string, fields: Draft): boolean => {
  const head = request.exec(message.slice(0, 1700))
  if (!head) {
    if (message.startsWith('preauth (')) setIfAbsent(fields, 'event.category', 'session')
    else readUnknownProgram(message, fields)
    return true
  }
  const [lead, kind, client = '', state = ''] = head
  const [, user = '', service, reason] = parties.exec(message.slice(lead.length, lead.length + 1200)) ?? []
  setAddress(fields, 'source', client)
  setUser(fields, user)
  if (service !== undefined) setIfAbsent(fields, 'kerberos.service', service)
  if (state !== 'ISSUE') setIfAbsent(fields, 'event.reason', reason ?? state)
  const isLogin = kind === 'AS' && (state === 'ISSUE' || refusals.has(state))
  if (isLogin) setIfAbsent(fields, 'event.category', 'authentication')
  else if (kind === 'TGS') setIfAbsent(fields, 'event.category', 'session')
  setIfAbsent(fields, 'event.action', kind === 'AS' ? 'kerberos_login' : 'kerberos_ticket')
  if (state === 'ISSUE') setIfAbsent(fields, 'event.outcome', 'success')
  else if (isLogin || kind === 'TGS') setIfAbsent(fields, 'event.outcome', 'failure')
  return true
}

/** `Request: kadm5_create_principal, kim@EXAMPLE.ORG, success, client=root/admin@EXAMPLE.ORG, service=kadmin/admin@EXAMPLE.ORG, addr=10.0.0.5`. */
const administration =
  /^(Request|Unauthorized request): (kadm5_\w{2,40}), ([^\n]{0,300}), client=(\S{1,256}), service=\S{1,256}, addr=([\da-fA-F.:]{2,45})(?:,|$)/
/** `chpw request from 10.0.0.21 for kim@EXAMPLE.ORG: success`. */
const ownPassword = /^chpw request from ([\da-fA-F.:]{2,45}) for (\S{1,256}): ([^\n]{1,200})$/

const changes: ReadonlyMap<string, string> = new Map([
  ['kadm5_chpass_principal', 'password_changed'],
  ['kadm5_create_principal', 'user_added'],
  ['kadm5_delete_principal', 'user_deleted'],
  ['kadm5_modify_principal', 'user_changed'],
  ['kadm5_randkey_principal', 'password_changed'],
  ['kadm5_rename_principal', 'user_changed'],
  ['kadm5_setkey_principal', 'password_changed'],
])

/** Parses a message of the administration server of MIT Kerberos: who changed which account, from where. */
export const readKadmind = (message: string, fields: Draft): boolean => {
  const text = message.slice(0, 1200)
  const change = administration.exec(text)
  if (change) {
    const [, kind, call = '', rest = '', user = '', client = ''] = change
    const isRefused = kind !== 'Request'
    const action = changes.get(call)
    const comma = isRefused ? rest.length : rest.lastIndexOf(', ')
    const target = rest.slice(0, comma < 0 ? rest.length : comma)
    const result = isRefused ? 'Unauthorized request' : rest.slice(comma + 2)
    if (action !== undefined) setUser(fields, target, 'user.target.name')
    return setChange(fields, user, client, action ?? call, action !== undefined || isRefused, result)
  }
  const own = ownPassword.exec(text)
  if (own) {
    const [, client = '', user = '', result = ''] = own
    setUser(fields, user, 'user.target.name')
    return setChange(fields, user, client, 'password_changed', true, result)
  }
  readUnknownProgram(message, fields)
  return true
}

const setChange = (
  fields: Draft,
  user: string,
  client: string,
  action: string,
  isChange: boolean,
  result: string,
): true => {
  setUser(fields, user)
  setAddress(fields, 'source', client)
  setIfAbsent(fields, 'event.category', isChange ? 'iam' : 'session')
  setIfAbsent(fields, 'event.action', action)
  // A question about something that does not exist is a usual step of the tool.
  if (result === 'success' || isChange)
    setIfAbsent(fields, 'event.outcome', result === 'success' ? 'success' : 'failure')
  if (result !== 'success') setIfAbsent(fields, 'event.reason', result)
  return true
}
