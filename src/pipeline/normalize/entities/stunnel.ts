import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress } from '../fields/address.ts'
import { syslogLevels } from '../fields/level.ts'

const accepted = /^Service \[([^\]\n]{1,128})\] accepted connection from (\S{2,64})$/
const connected = /^s_connect: connect(?:ed)? ([\da-fA-F.:[\]]{2,47}:\d{1,5})(?:$|: )/

/** Returns the level that stunnel writes as a number of syslog before each message, and the length of its mark: `LOG5[ui]: `. */
export const stunnelMark = (
  text: string,
  at: number,
): { readonly level: string; readonly length: number } | undefined => {
  const found = text.startsWith('LOG', at) ? /^LOG([0-7])\[[\w:.-]{1,40}\]: /.exec(text.slice(at, at + 60)) : null
  const level = syslogLevels[Number(found?.[1])]
  return found && level !== undefined ? { level, length: found[0].length } : undefined
}

/** Parses a message of stunnel. The end of its own that it names after a client is no client. */
export const readStunnel = (message: string, fields: Draft): boolean => {
  const mark = stunnelMark(message, 0)
  if (mark) setIfAbsent(fields, 'log.level', mark.level)
  const text = message.slice(mark?.length ?? 0, 400)
  const client = accepted.exec(text)
  if (client) {
    setAddress(fields, 'source', client[2] ?? '')
    setIfAbsent(fields, 'event.category', 'network')
    setIfAbsent(fields, 'event.action', 'tls_connection')
    return true
  }
  const server = connected.exec(text)
  if (server) setAddress(fields, 'destination', server[1] ?? '')
  return true
}
