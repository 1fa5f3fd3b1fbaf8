import { day } from '../../../../lib/units/time.ts'
import { type Draft, finish } from '../../draft.ts'
import { readEntities } from '../../entities/entities.ts'
import type { Parser } from '../../parser.ts'

/** Seconds since 1970 as eight hexadecimal digits; since version 2.5, nanoseconds and the thread follow. */
const head = /^([4-9a-f][\da-f]{7})(?:\.([\da-f]{8}) (0x[\da-f]{4,16}))? (?=\S)/

/** The beginnings of slapd's own messages. Other programs begin lines with hashes. */
const own =
  /^(?:conn=|connection_|daemon: |slapd |slap_|do_|>>> |<<< |=> |<= |==> |@\(#\) \$OpenLDAP|send_|bdb_|mdb_|syncrepl|acl_)/

/** Parses the log of OpenLDAP's slapd in the foreground, as in containers: `6b0819eb.2b790246 0x7ff8e63fe6c0 conn=1000 fd=12 ACCEPT from …`. */
export const openldapParser: Parser = {
  name: 'openldap',
  parse({ text, receivedAt }) {
    const after = text.charCodeAt(8)
    if (after !== 32 && after !== 46) return undefined
    const found = head.exec(text.slice(0, 64))
    if (!found) return undefined
    const [lead, seconds = '', fraction, thread] = found
    const message = text.slice(lead.length).trimEnd()
    const time = Number.parseInt(seconds, 16) * 1000 + Math.floor(Number.parseInt(fraction ?? '0', 16) / 1e6)
    if (time > receivedAt + day || (thread === undefined && !own.test(message))) return undefined
    const fields: Draft = { 'process.name': 'slapd' }
    if (thread !== undefined) fields['process.thread.name'] = thread
    readEntities(message, 'slapd', fields)
    return finish('openldap', { time, guessed: false }, message, fields)
  },
}
