import { addLeadingLevel } from './docker.ts'
import { type Draft, finish, refuse, splitTrace } from './draft.ts'
import { readEntities } from './entities.ts'
import type { Parser } from './parser.ts'

/** Takes any text as it is: the parser of last resort. It refuses only what is no text. */
export const plainParser: Parser = {
  name: 'plain',
  parse(record) {
    const { text } = record
    if (isGarbage(text)) return refuse('plain', 'The record is binary data, not text.', text)
    const fields: Draft = {}
    const message = splitTrace(text.trimEnd(), fields)
    addLeadingLevel(message, fields)
    readEntities(message, '', fields)
    return finish('plain', undefined, message, fields)
  },
}

/** Whether more than a tenth of the beginning is control characters or what could not be decoded. */
const isGarbage = (text: string): boolean => {
  const length = Math.min(text.length, 1000)
  let odd = 0
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0xfffd || (code < 32 && code !== 9 && code !== 10 && code !== 13 && code !== 27)) odd++
  }
  return odd * 10 > length
}
