import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress, toPort } from '../fields/address.ts'
import { setUser } from './phrase.ts'
import { readUnknownProgram } from './unknown-program.ts'

/** An address with its port behind a last dot: `203.0.113.9.42422`, `2001:db8::9.42422`. */
const end = String.raw`([\da-fA-F.:]{2,45})\.(\d{1,5})`
/**
 * The beginning or the end of an operation, with the client, the server and, of a request, what it asks for: `info: pass(1): tcp/connect [:
 * username%kim@203.0.113.9.42422 10.0.0.5.1080 -> 10.0.0.5.42422 192.0.2.7.443`. The end of one counts bytes in between.
 */
const operation = new RegExp(
  String.raw`^(?:info: )?(pass|block)\(\d{1,6}\): (?:tcp|udp)/(\w{1,20}) ([[\]]): (?:\d{1,20} -> )?(?:[\w.-]{1,32}%([^\s@]{1,256})@)?${end} ${end}`,
)
const asked = new RegExp(String.raw` -> ${end} ${end}(?: -> \d|$|[:\s])`)
const refusedUser = /(?:authentication failed for user |could not access user )"([^"\n]{1,256})"/

/** Parses a message of the SOCKS server Dante. A request names the user who logged in for it. */
export const readDante = (message: string, fields: Draft): boolean => {
  const text = message.slice(0, 1000)
  const found = operation.exec(text)
  if (!found) {
    readUnknownProgram(message, fields)
    return true
  }
  const [whole, verdict = '', operationName = '', bracket = '', user, client = '', clientPort = ''] = found
  setAddress(fields, 'source', client)
  setPort(fields, 'source.port', clientPort)
  if (user !== undefined) setUser(fields, user)
  const target = asked.exec(text.slice(whole.length))
  if (target) {
    setAddress(fields, 'destination', target[3] ?? '')
    setPort(fields, 'destination.port', target[4] ?? '')
  }
  const refused = verdict === 'block' ? refusedUser.exec(text.slice(whole.length)) : null
  const accepted = verdict === 'pass' && operationName !== 'accept' && bracket === '[' && user !== undefined
  if (refused) setUser(fields, refused[1] ?? '')
  if (!refused && !accepted) {
    setIfAbsent(fields, 'event.category', 'network')
    setIfAbsent(fields, 'event.action', verdict === 'block' ? 'proxy_refused' : 'proxy_request')
    if (verdict === 'block') setIfAbsent(fields, 'event.outcome', 'failure')
    return true
  }
  setIfAbsent(fields, 'event.category', 'authentication')
  setIfAbsent(fields, 'event.action', 'proxy_login')
  setIfAbsent(fields, 'event.outcome', refused ? 'failure' : 'success')
  return true
}

const setPort = (fields: Draft, name: string, text: string): void => {
  const port = toPort(text)
  if (port !== undefined) setIfAbsent(fields, name, port)
}
