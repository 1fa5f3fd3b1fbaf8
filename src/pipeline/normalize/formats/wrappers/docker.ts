import { type Draft, finish } from '../../draft.ts'
import { readEntities } from '../../entities/entities.ts'
import { addLeadingLevel } from '../../fields/leading-level.ts'
import type { Parser } from '../../parser.ts'
import { toStamp } from '../../time/timestamp.ts'
import { readObject } from '../json/read-object.ts'

/** Parses lines of Docker's json-file driver: `{"log":"…\n","stream":"stderr","time":"…"}`. */
export const dockerParser: Parser = {
  name: 'docker',
  parse(record) {
    const { text } = record
    const object = readObject(text)
    if (typeof object !== 'object') return undefined
    const { log, stream, time, attrs } = object
    if (typeof log !== 'string' || (stream !== 'stdout' && stream !== 'stderr')) return undefined
    const fields: Draft = { 'log.iostream': stream }
    if (typeof attrs === 'object' && attrs !== null) {
      for (const [key, value] of Object.entries(attrs))
        if (typeof value === 'string') fields[`container.labels.${key}`] = value
    }
    const whole = log.endsWith('\n')
    const message = whole ? log.slice(0, log.endsWith('\r\n') ? -2 : -1) : log
    if (!whole && log.length >= 16_000) fields['log.partial'] = true
    addLeadingLevel(message, fields)
    readEntities(message, '', fields)
    return finish('docker', toStamp(time, record), message, fields)
  },
}
