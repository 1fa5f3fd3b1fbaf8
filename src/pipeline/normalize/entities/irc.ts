import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress } from '../fields/address.ts'
import { setUser } from './phrase.ts'
import { readUnknownProgram } from './unknown-program.ts'

/** A client of an IRC server: nickname, user and host. */
const mask = String.raw`"([^"!\s]{1,64})![^"@\s]{0,64}@([^"\s]{1,255})"`
const registered = new RegExp(String.raw`^User ${mask} registered \(connection \d{1,9}\)`)
const rejected = new RegExp(String.raw`^User ${mask} rejected \(connection \d{1,9}\): ([^\n]{1,200})$`)
const operator = new RegExp(
  String.raw`^Got (?:valid OPER for "([^"\n]{1,64})" from ${mask}|invalid OPER from ${mask}: "([^"\n]{1,64})")`,
)
const ended =
  /^(?:Shutting down connection \d{1,9} \([^\n]{1,200}\) with "([^"\s]{2,64})"|(?:User|Client|Server|Service) (?:"[^"\n]{1,400}" )?unregistered \(connection )/

/** Parses a message of ngIRCd. It writes two more lines for each client that it refuses, with the reason in each. */
export const readNgircd = (message: string, fields: Draft): boolean => {
  const text = message.slice(0, 1000)
  const accepted = registered.exec(text)
  if (accepted) return setLogin(fields, accepted[1], accepted[2], 'success')
  const refused = rejected.exec(text)
  if (refused) {
    setIfAbsent(fields, 'event.reason', (refused[3] ?? '').replace(/!$/, ''))
    return setLogin(fields, refused[1], refused[2], 'failure')
  }
  const oper = operator.exec(text)
  if (oper) {
    const [, valid, , host, , otherHost, name] = oper
    return setLogin(fields, valid ?? name, host ?? otherHost, valid === undefined ? 'failure' : 'success')
  }
  const end = ended.exec(text)
  if (!end) {
    readUnknownProgram(message, fields)
    return true
  }
  if (end[1] !== undefined) setAddress(fields, 'source', end[1])
  setIfAbsent(fields, 'event.category', 'session')
  setIfAbsent(fields, 'event.action', 'session_closed')
  return true
}

const bouncer =
  /^(?:\[([^\]\s]{1,64})\] )?(connected to ZNC|disconnected from ZNC|failed to login) from ([\da-fA-F.:]{2,45})$/

/** Whether a message may be one of ZNC about a client, behind the user in brackets. Its refusals name no program, so neither do these. */
export const looksLikeZnc = (message: string): boolean =>
  message.startsWith('connected to ZNC from ') || message.startsWith('disconnected from ZNC from ')

/** Parses a message of the module adminlog of the bouncer ZNC: `[kim] connected to ZNC from 203.0.113.9`. */
export const readZnc = (message: string, fields: Draft): boolean => {
  const found = bouncer.exec(message.slice(0, 200))
  if (!found) return false
  const [, user, verb = '', client] = found
  if (!verb.startsWith('disconnected'))
    return setLogin(fields, user, client, verb.startsWith('f') ? 'failure' : 'success')
  if (user !== undefined) setUser(fields, user)
  setAddress(fields, 'source', client ?? '')
  setIfAbsent(fields, 'event.category', 'session')
  setIfAbsent(fields, 'event.action', 'session_closed')
  return true
}

const setLogin = (fields: Draft, user = '', client = '', outcome: 'success' | 'failure'): true => {
  setUser(fields, user)
  setAddress(fields, 'source', client)
  setIfAbsent(fields, 'event.category', 'authentication')
  setIfAbsent(fields, 'event.action', 'login')
  setIfAbsent(fields, 'event.outcome', outcome)
  return true
}
