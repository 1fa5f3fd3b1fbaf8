import { minute } from '../../../../lib/units/time.ts'
import type { RawRecord } from '../../../../schema/record/record.ts'
import type { Draft } from '../../draft.ts'
import { isDigitCode, zoneAt } from '../../time/calendar.ts'
import { readTimestamp, type Stamp } from '../../time/timestamp.ts'

/** How far into a line the mnemonic may begin. */
const furthest = 240
/** A relay's name, an address, the device's own name. */
const mostNames = 3

const mnemonic = /^%[A-Z][A-Z0-9_]{1,30}(?:-[A-Z0-9_]{1,30}){0,2}-[0-7]-[A-Z0-9_]{1,40} ?:(?: |$)/
const sequence = /^(\d{1,10}): /
/** Time since the start, on devices without a set clock: `1w2d: `, `00:01:02: `. */
const uptime = /^[*.]?(?:(?:\d{1,3}[ywdhm]){1,3}|\d{1,2}:\d\d:\d\d(?:\.\d{1,6})?): /
/** A zone that is not known, before the colon that ends a device's time. */
const otherZone = /^ [A-Z]{2,5}: /
const hostName = /^([A-Za-z\d_][\w.-]{0,252}|[\dA-Fa-f]{1,4}:[\dA-Fa-f:.]{2,43}?):? /

/** IOS XR: the card that writes, and the name of the router, which may stand before the card instead. */
const card = /^[A-Z]{1,4}\/\d{1,3}\/[A-Z\d]{1,8}\/CPU\d{1,2}:(?:([A-Za-z][\w.-]{0,252}):(?! ))?/
/** IOS XR: the process, which only follows a card: `exec[65711]: `, `SSHD_[65743]: `. */
const processOfCard = /^([A-Za-z][\w.-]{0,62}?)_?\[(\d{1,10})\]: /

/** The parts of a header before Cisco's mnemonic. */
export interface CiscoHeader {
  readonly stamp: Stamp | undefined
  /** The position of the mnemonic. */
  readonly end: number
}

/**
 * Parses everything from a position to Cisco's mnemonic, as devices and the relays behind them write it: times, sequence numbers and names
 * in any order. The name next to the mnemonic is the device's. Undefined if anything else precedes it.
 */
export const readCiscoHeader = (
  text: string,
  from: number,
  record: RawRecord,
  fields: Draft,
  hasPriority: boolean,
): CiscoHeader | undefined => {
  const end = text.indexOf('%', from)
  if (end < 0 || end > from + furthest || !mnemonic.test(text.slice(end, end + 160))) return undefined
  const stamps: Stamp[] = []
  const names: string[] = []
  let number: string | undefined
  let marked = hasPriority
  let hasCard = false
  let at = from
  while (at < end) {
    const rest = text.slice(at, end)
    if (rest.startsWith(' ') || rest.startsWith(': ')) {
      at++
      continue
    }
    const known = sequence.exec(rest) ?? uptime.exec(rest)
    if (known) {
      number ??= known[1]
      marked = true
      at += known[0].length
      continue
    }
    const writer = hasCard ? undefined : card.exec(rest)
    if (writer) {
      marked = true
      hasCard = true
      if (writer[1] !== undefined) names.push(writer[1])
      at += writer[0].length
      continue
    }
    const runs = hasCard ? processOfCard.exec(rest) : undefined
    if (runs) {
      fields['process.name'] = runs[1] ?? ''
      fields['process.pid'] = Number(runs[2])
      at += runs[0].length
      continue
    }
    const stamp = stamps.length < 2 ? readDeviceTime(text, at, record) : undefined
    if (stamp && stamp.end < end) {
      stamps.push(stamp)
      at = stamp.end
      const zone = number === undefined && names.length === 0 ? null : otherZone.exec(text.slice(at, end))
      if (zone) at += zone[0].length
      continue
    }
    const name = hostName.exec(rest)
    if (!name?.[1] || names.length === mostNames) return undefined
    names.push(name[1])
    at += name[0].length
  }
  if (!marked && stamps.length === 0) return undefined
  if (number !== undefined) fields['event.sequence'] = Number(number)
  const device = names.at(-1)
  if (device !== undefined) fields['host.name'] = device
  const [first, second] = stamps
  return { stamp: first?.guessed && second && !second.guessed ? second : first, end }
}

/** Parses a time with the star or dot of a clock that is not synchronized, and with a zone before its colon. */
const readDeviceTime = (text: string, at: number, record: RawRecord): Stamp | undefined => {
  const code = text.charCodeAt(at)
  const stamp = readTimestamp(text, code === 42 || code === 46 ? at + 1 : at, record)
  if (!stamp) return undefined
  const zone = isDigitCode(text.charCodeAt(stamp.end + 1)) ? undefined : zoneAt(text, stamp.end)
  if (!zone || text.charCodeAt(zone.end) !== 58) return isApart(text, stamp.end) ? stamp : undefined
  return { time: stamp.time - zone.minutes * minute, end: zone.end, guessed: stamp.guessed }
}

const isApart = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  return code === 32 || (code === 58 && text.charCodeAt(at + 1) === 32)
}
