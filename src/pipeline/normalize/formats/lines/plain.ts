import { type Draft, finish, refuseRecord, splitTrace } from '../../draft.ts'
import { readEntities } from '../../entities/entities.ts'
import { addLeadingLevel } from '../../fields/leading-level.ts'
import type { Parser } from '../../parser.ts'

/** Accepts any text unchanged, as the last parser. Rejects only binary data. */
export const plainParser: Parser = {
  name: 'plain',
  parse(record) {
    const { text } = record
    if (isGarbage(text)) return refuseRecord('plain', 'The record is binary data, not text.', text)
    const fields: Draft = {}
    const message = splitTrace(text.trimEnd(), fields)
    addLeadingLevel(message, fields)
    readEntities(message, '', fields)
    return finish('plain', undefined, message, fields)
  },
}

/** Whether more than a tenth of the beginning is control characters or invalid UTF-8. */
const isGarbage = (text: string): boolean => {
  const length = Math.min(text.length, 1000)
  let invalid = 0
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0xfffd || (code < 32 && code !== 9 && code !== 10 && code !== 13 && code !== 27)) invalid++
  }
  return invalid * 10 > length
}
