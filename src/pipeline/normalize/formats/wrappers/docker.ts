import { type Draft, finish } from '../../draft.ts'
import { readEntities } from '../../entities/entities.ts'
import { toSureLevel } from '../../fields/level.ts'
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

/** Reads the level at the start of a message: `ERROR: …`, `[warn] …`. */
export const addLeadingLevel = (message: string, fields: Draft): void => {
  if (fields['log.level'] !== undefined) return
  const open = message.charCodeAt(0)
  const at = open === 91 || open === 60 ? 1 : 0
  let end = at
  while (end < at + 14 && isLetter(message.charCodeAt(end))) end++
  const after = message.charCodeAt(end)
  // A plain word counts only in capitals or before a colon, because "error" may begin a sentence.
  const word = message.slice(at, end)
  // logrus on a terminal: WARN[0012] …
  if (after === 91 && end === 4 && /^[A-Z]{4}\[\d{4}\]/.test(message.slice(0, 10))) addLevel(word, fields)
  if (
    word === '' ||
    !(after === 58 || after === 93 || after === 62 || after === 124 || (after === 32 && word === word.toUpperCase()))
  )
    return
  addLevel(word, fields)
}

const addLevel = (word: string, fields: Draft): void => {
  const level = toSureLevel(word)
  if (level) fields['log.level'] = level
}

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90)
