import { hour, minute } from '../../../../lib/units/time.ts'
import { type Draft, finish, splitTrace } from '../../draft.ts'
import { readEntities } from '../../entities/entities.ts'
import { addEntries } from '../../fields/aliases.ts'
import { readPairs } from '../../fields/key-values.ts'
import type { Parser } from '../../parser.ts'
import { clockAt, fractionEnd, fractionMs, isDigitCode, midnight, pair } from '../../time/calendar.ts'
import { klogLevels } from '../lines/generic.ts'

/** The zone if it is not UTC, the goroutine, the channel, and the place in the source code. */
const origin = /^(?:([+-])(\d\d)(\d\d)\d\d)? (\d{1,12}) (?:\d{1,3}@)?([\w./@-]{1,200}:\d{1,6})(?= )/

/** The mark of redactable lines, the tags, and the counter of version 2 with its sign for continued lines. */
const lead = /^ +(?:\u22ee +)?(?:\[([^\]]{0,400})\] *)?(?:\d{1,12} [ +|!=])?/

/** Parses CockroachDB's own formats: `I240115 10:00:00.123456 123 server/server.go:123 ⋮ [n1,client=10.0.0.5:3221,user=root] 45  message`. */
export const cockroachdbParser: Parser = {
  name: 'cockroachdb',
  parse(record) {
    const { text } = record
    const level = text.charCodeAt(7) === 32 ? klogLevels.get(text.charAt(0)) : undefined
    if (level === undefined || !isDigitCode(text.charCodeAt(1))) return undefined
    const clock = clockAt(text, 8)
    const end = fractionEnd(text, 16)
    const date = midnight(2000 + pair(text, 1), pair(text, 3), pair(text, 5))
    const found = origin.exec(text.slice(end, end + 260))
    if (clock < 0 || date === -Infinity || !found) return undefined
    const at = end + found[0].length
    const [skipped = '', tags = ''] = lead.exec(text.slice(at, at + 450)) ?? []
    const fields: Draft = {
      'log.level': level,
      'process.thread.id': Number(found[4]),
      'log.origin.file.name': found[5] ?? '',
    }
    addEntries(fields, readPairs(tags, 0, 44).pairs, record)
    const message = splitTrace(text.slice(at + skipped.length).trim(), fields)
    readEntities(message, '', fields)
    const offset = Number(found[2] ?? 0) * hour + Number(found[3] ?? 0) * minute
    const local = date + clock + fractionMs(text, 16, end)
    const time = found[1] === '-' ? local + offset : local - offset
    return finish('cockroachdb', { time, guessed: false }, message, fields)
  },
}
