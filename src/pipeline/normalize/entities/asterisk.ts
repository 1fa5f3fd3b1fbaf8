import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress } from '../fields/address.ts'
import { readPairs } from '../fields/key-values.ts'
import { toLogLevel } from '../fields/level.ts'
import { setUser } from './phrase.ts'
import { readUnknownProgram } from './unknown-program.ts'

/** The security events about a login. A challenge is none: every request without a password gets one. */
const outcomes: ReadonlyMap<string, 'success' | 'failure'> = new Map([
  ['ChallengeResponseFailed', 'failure'],
  ['InvalidAccountID', 'failure'],
  ['InvalidPassword', 'failure'],
  ['SuccessfulAuth', 'success'],
])

const mark = 'SecurityEvent="'

/** Whether a message begins as Asterisk writes a security event into a file of its own. */
export const looksLikeAsterisk = (message: string): boolean =>
  message.startsWith('SECURITY[') && message.slice(0, 160).includes(mark)

/** Parses a security event of Asterisk: `SecurityEvent="InvalidPassword",…,AccountID="100",…,RemoteAddress="IPV4/UDP/203.0.113.9/5060"`. */
export const readAsterisk = (message: string, fields: Draft): boolean => {
  const at = message.slice(0, 200).indexOf(mark)
  if (at < 0) {
    readUnknownProgram(message, fields)
    return true
  }
  const found = new Map(readPairs(message.slice(0, 4096), at, 44).pairs)
  const action = found.get('SecurityEvent') ?? ''
  const outcome = outcomes.get(action)
  setIfAbsent(fields, 'event.action', action)
  setIfAbsent(fields, 'event.category', outcome === undefined ? 'network' : 'authentication')
  if (outcome !== undefined) setIfAbsent(fields, 'event.outcome', outcome)
  const level = toLogLevel(found.get('Severity') ?? '')
  if (level !== undefined) setIfAbsent(fields, 'log.level', level)
  const service = found.get('Service') ?? ''
  if (service !== '') setIfAbsent(fields, 'service.name', service)
  setUser(fields, found.get('AccountID') ?? '')
  setSide(fields, 'source', found.get('RemoteAddress'))
  setSide(fields, 'destination', found.get('LocalAddress'))
  return true
}

/** Sets an end of the connection: `IPV4/UDP/203.0.113.9/5060`. */
const setSide = (fields: Draft, side: 'source' | 'destination', text = ''): void => {
  const [, transport, address, port = ''] = /^IPV[46]\/(\w{2,4})\/([\da-fA-F.:]{3,45})\/(\d{1,5})$/.exec(text) ?? []
  if (transport === undefined || address === undefined || !setAddress(fields, side, address)) return
  setIfAbsent(fields, 'network.transport', transport === 'UDP' ? 'udp' : 'tcp')
  if (port !== '0') setIfAbsent(fields, `${side}.port`, Number(port))
}
