import { type Draft, finish } from '../../draft.ts'
import { toLogLevel } from '../../fields/level.ts'
import type { Parser } from '../../parser.ts'
import { isDigitCode } from '../../time/calendar.ts'
import { fromEpoch, readIso } from '../../time/timestamp.ts'

/**
 * Parses the RAS log of BlueGene: `- 1117838570 2005.06.03 R02-M1-N0 2005-06-03-15.42.50.675872 R02-M1-N0 RAS KERNEL INFO message`. The
 * first word is a label that was added later, `-` for none.
 */
export const blueGeneParser: Parser = {
  name: 'bluegene',
  parse(record) {
    const { text } = record
    const first = text.indexOf(' ')
    if (first < 1 || first > 32 || text.charCodeAt(first + 11) !== 32) return undefined
    // Most other texts with a space there have no digit before it, which avoids dividing them.
    if (!isDigitCode(text.charCodeAt(first + 1)) || !isDigitCode(text.charCodeAt(first + 10))) return undefined
    const words: string[] = []
    let at = 0
    while (words.length < 9) {
      const end = text.indexOf(' ', at)
      if (end < 0) {
        words.push(text.slice(at))
        at = text.length
        break
      }
      words.push(text.slice(at, end))
      at = end + 1
    }
    const [label = '', epoch = '', date = '', node = '', time = '', , type = '', component = '', severity = ''] = words
    if (words.length < 9 || !/^\d{10}$/.test(epoch) || !/^\d{4}\.\d\d\.\d\d$/.test(date)) return undefined
    if (!readIso(time, 0, record)) return undefined
    const level = toLogLevel(severity)
    const fields: Draft = { 'host.name': node, 'bluegene.type': type, 'log.logger': component }
    if (level) fields['log.level'] = level
    if (label !== '-') fields['bluegene.label'] = label
    // The epoch seconds have no zone problem; the local time has more digits.
    const seconds = fromEpoch(Number(epoch)) ?? 0
    const digits = /\.(\d{3})\d*$/.exec(time)?.[1]
    return finish('bluegene', { time: seconds + Number(digits ?? 0), guessed: false }, text.slice(at).trim(), fields)
  },
}
