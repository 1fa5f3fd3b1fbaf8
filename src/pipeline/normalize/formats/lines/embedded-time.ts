import { isTimeName } from '../../../../lib/json-records/vocabulary.ts'
import { day, minute } from '../../../../lib/units/time.ts'
import type { RawRecord } from '../../../../schema/record/record.ts'
import { type Draft, finish, setIfAbsent, splitTrace } from '../../draft.ts'
import { readEntities } from '../../entities/entities.ts'
import { addLeadingLevel } from '../../fields/leading-level.ts'
import { toSureLevel } from '../../fields/level.ts'
import type { Parsed, Parser } from '../../parser.ts'
import { isDigitCode, monthAt } from '../../time/calendar.ts'
import { readTimestamp, type Stamp } from '../../time/timestamp.ts'
import { describe } from './generic.ts'

/** How far into a line a time may begin. */
const furthest = 200

/**
 * Parses lines of no known format that have a time within their first 200 characters: `ERROR 2026-12-10 09:32:20 …`, `E, [2026-… #1] …`,
 * `Started GET "/" for ::1 at 2026-…`. The words before the time are attributes if they look like them, else a part of the message, which may
 * only mention a time: `certificate expires on 2027-…`.
 */
export const embeddedTimeParser: Parser = {
  name: 'embedded-time',
  parse(record) {
    const { text } = record
    const found = findTimestamp(text, record)
    if (!found) return undefined
    const { start, stamp } = found
    const fields: Draft = {}
    const opening = text.charCodeAt(start - 1)
    const bracketed = opening === 91 || opening === 40 || opening === 34 || opening === 39
    const lead = text.slice(0, bracketed ? start - 1 : start)
    const letterLevel = opening === 91 ? cupsLevels.get(lead) : undefined
    const letter = /^<[A-Z]>$/.test(lead) ? (letterLevels.get(lead) ?? '') : undefined
    const kind =
      bracketed || !/^ \[\d{1,9}\]: /.test(text.slice(stamp.end, stamp.end + 14))
        ? null
        : /^[A-Z]{3,12}(?= +$)/.exec(lead)
    if (letterLevel) fields['log.level'] = letterLevel
    // Mumble writes the level of a letter before its time: <C>2026-12-10 09:32:20.123 …
    else if (letter !== undefined) {
      if (letter !== '') fields['log.level'] = letter
    }
    // Tinyproxy writes a kind of line that is no level before its time: CONNECT   Dec 10 09:32:20.314 [4711]: …
    else if (kind && !toSureLevel(kind[0])) fields['log.logger'] = kind[0]
    else if (otherTime.test(lead)) return undefined
    else if (!readLeadWords(lead, fields)) return isMentioned(lead, stamp, record) ? undefined : whole(record, stamp)
    // Monit writes the zone before the date in its bracket: [UTC Dec 10 09:32:20] error    : …
    const inner = lead.startsWith('[') && !lead.includes(']') && text.charCodeAt(stamp.end) === 93 ? 1 : 0
    if (inner > 0) delete fields['process.thread.name']
    if (!bracketed) return describe(record, stamp, stamp.end + inner, fields, 'embedded-time')
    const close = text.indexOf(closings.get(opening) ?? '', stamp.end)
    if (close < 0 || close > stamp.end + 160) return whole(record, stamp)
    const quotedLevel = opening === 34 ? /^,"([A-Za-z]{3,13})"/.exec(text.slice(close + 1, close + 18)) : undefined
    if (quotedLevel) {
      const level = toSureLevel(quotedLevel[1] ?? '')
      if (level) setIfAbsent(fields, 'log.level', level)
      return whole(record, stamp, fields)
    }
    readBracketWords(text.slice(stamp.end, close), fields)
    // Ruby repeats the level as a word: `E, [2026-… #4711] ERROR -- app: …`.
    const repeated = /^ +[A-Z]{3,7} -- [^:]{0,60}: ?/.exec(text.slice(close + 1, close + 80))
    return withOwnZone(
      describe(record, stamp, close + 1 + (repeated?.[0].length ?? 0), fields, 'embedded-time'),
      record,
    )
  },
}

const quarter = 15 * minute

/** Rails' logger writes its time without a zone, and Rails the same moment with one: `Started GET "/" for ::1 at 2026-12-10 09:32:20 +0000`. */
const withOwnZone = (parsed: Parsed, record: RawRecord): Parsed => {
  const { time, timeGuessed, message } = parsed
  const at = timeGuessed && message.includes('Started ') ? message.lastIndexOf(' at 20') : -1
  const inner = at < 0 ? undefined : readTimestamp(message, at + 4, record)
  if (time === undefined || !inner || inner.guessed || inner.end < message.length) return parsed
  const offset = Math.round((time - inner.time) / quarter) * quarter
  return Math.abs(time - inner.time - offset) < 2_000 ? { ...parsed, time: time - offset, timeGuessed: false } : parsed
}

/** Keeps the whole line as the message, because its time is a part of a sentence or a column. */
const whole = (record: RawRecord, stamp: Stamp, fields: Draft = {}) => {
  const message = splitTrace(record.text.trimEnd(), fields)
  addLeadingLevel(message, fields)
  readEntities(message, '', fields)
  return finish('embedded-time', stamp, message, fields)
}

/** A word that makes the time behind it a part of its sentence. `at` does not: things happen at a time. */
const preposition =
  /(?:^|\s)(?:on|until|till|since|from|to|before|after|by|for|of|in|is|was|are|be|between|and|or|than|as)$/

/** The name of a time that is not the record's: `expires at`, `Not After :`, `valid until: "`. */
const otherTime =
  /(?:^|[\s([{"'])(?:expir(?:e[sd]?|y|es?_?on|ation)|valid(?: until| till| to)?|until|till|since|due|deadline|not ?(?:before|after))(?: (?:at|on|by|date|time|is|was)){0,2} ?[:=]? ?["']?$/i

/**
 * Whether a line only mentions a time that is behind some words of it: in the future, after a preposition, within the parentheses of a sentence, or
 * as a value whose name is not that of a time.
 */
const isMentioned = (before: string, { time }: Stamp, { receivedAt }: RawRecord): boolean => {
  const lead = before.trimEnd()
  if (time > receivedAt + day) return true
  if (lead.endsWith(' at')) return false
  if (preposition.test(lead) || inParentheses.test(lead)) return true
  const name = /([\w@.-]{1,64})=["']?$/.exec(lead)?.[1]
  return name !== undefined && !isTimeName(name.slice(name.lastIndexOf('.') + 1))
}

/** A time within the brackets of a sentence: `Python 3.11.2 (main, Apr 28 2026, 14:11:48)`. */
const inParentheses = /\([^)]*[^)\s][^)]*$/

const closings: ReadonlyMap<number, string> = new Map([
  [91, ']'],
  [40, ')'],
  [34, '"'],
  [39, "'"],
])

/** Finds the first date with a clock in a text. A plain number is no time there, because it may count anything. */
const findTimestamp = (text: string, record: RawRecord): { start: number; stamp: Stamp } | undefined => {
  const end = Math.min(text.length - 12, furthest)
  let inWord = false
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i)
    const digit = isDigitCode(code)
    if (!inWord && (digit || (code >= 65 && code <= 90)) && (digit || isNamed(text, i))) {
      const stamp = readTimestamp(text, i, record)
      if (stamp && !isWordCode(text.charCodeAt(stamp.end)) && /[:T ]/.test(text.slice(i, stamp.end)))
        return { start: i, stamp }
    }
    inWord = isWordCode(code) || code === 46 || code === 45 || code === 47
  }
  return undefined
}

const isNamed = (text: string, at: number): boolean =>
  monthAt(text, at) > 0 || /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text.slice(at, at + 3))

const isWordCode = (code: number): boolean =>
  isDigitCode(code) || (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95

/** Reads the words before a time as attributes; false if they are text. Drops the fields read so far in that case. */
const readLeadWords = (lead: string, fields: Draft): boolean => {
  if (inParentheses.test(lead)) return false
  const columns = /[|;,]\s*$/.test(lead)
  const words = lead.split(/[\s|;,]+/).filter((word) => word !== '' && word !== '-')
  if (words.length > 4) return false
  for (const word of words) {
    const bare = word.replace(/^[[("']+|[\])"':]+$/g, '')
    const level = toSureLevel(bare) ?? (lead.startsWith(`${bare},`) ? rubyLevels.get(bare) : undefined)
    if (level) setIfAbsent(fields, 'log.level', level)
    else if (bare === '') continue
    else if (/^\d{1,9}$/.test(bare)) setIfAbsent(fields, 'process.pid', Number(bare))
    else if (bare !== word && /^[\w .$/@:#-]+$/.test(bare))
      setIfAbsent(fields, word.startsWith('[') ? 'process.thread.name' : 'log.logger', bare)
    else if (!columns || !/^[\w.-]+$/.test(bare)) return false
  }
  return true
}

/** Letters that Ruby's logger writes before its time. */
const rubyLevels: ReadonlyMap<string, string> = new Map([
  ['D', 'debug'],
  ['I', 'info'],
  ['W', 'warning'],
  ['E', 'error'],
  ['F', 'crit'],
  ['A', 'info'],
])

/** CUPS writes one letter before the bracket of its time. Its emergencies are about printing, not about the machine. */
const cupsLevels: ReadonlyMap<string, string> = new Map([
  ['X ', 'crit'],
  ['A ', 'alert'],
  ['C ', 'crit'],
  ['E ', 'error'],
  ['W ', 'warning'],
  ['N ', 'notice'],
  ['I ', 'info'],
  ['D ', 'debug'],
  ['d ', 'debug'],
])

/** Levels of Qt's messages, without `<W>`, which Mumble writes before all its ordinary lines. */
const letterLevels: ReadonlyMap<string, string> = new Map([
  ['<D>', 'debug'],
  ['<I>', 'info'],
  ['<C>', 'error'],
  ['<E>', 'error'],
  ['<F>', 'crit'],
])

/** Reads the words between a time and the end of its bracket: ` #4711`, `: WARNING/ForkPoolWorker-1`, ` ERROR shop::pay`. */
const readBracketWords = (inner: string, fields: Draft): void => {
  for (const word of inner.split(/[\s,/]+/, 6)) {
    const bare = word.replace(/^[:#]+|:+$/g, '')
    const level = toSureLevel(bare)
    if (level) setIfAbsent(fields, 'log.level', level)
    else if (/^\d{2,9}$/.test(bare)) setIfAbsent(fields, 'process.pid', Number(bare))
    else if (/^[A-Za-z_][\w.:$-]+$/.test(bare)) setIfAbsent(fields, 'log.logger', bare)
  }
}
