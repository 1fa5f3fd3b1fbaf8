import type { RawRecord } from '../../schema/record.ts'
import { addFields } from './aliases.ts'
import { type Draft, finish } from './draft.ts'
import { readPairs } from './key-values.ts'
import type { Parser } from './parser.ts'

/** Reads `time=… level=info msg="ready" user=alice`: a line that is key=value pairs and next to nothing else. */
export const logfmtParser: Parser = {
  name: 'logfmt',
  parse(record) {
    if (!looksLikePairs(record.text)) return undefined
    const fields: Draft = {}
    const found = readLogfmt(record.text, fields, record)
    return found && finish('logfmt', found.stamp, found.message ?? record.text, fields)
  },
}

/** Whether a text begins with a pair: a cheap look before the whole is read. */
export const looksLikePairs = (text: string): boolean => {
  for (let i = 0; i < 64; i++) {
    const code = text.charCodeAt(i)
    if (code === 61) return i > 0
    const inKey =
      (code >= 97 && code <= 122) ||
      (code >= 65 && code <= 90) ||
      (code >= 48 && code <= 57) ||
      code === 95 ||
      code === 46 ||
      code === 45
    if (!inKey) return false
  }
  return false
}

/** Reads the pairs of a text that is mostly pairs into fields; undefined when it is not. */
export const readLogfmt = (
  text: string,
  fields: Draft,
  record: RawRecord,
): ReturnType<typeof addFields> | undefined => {
  const { pairs, others } = readPairs(text)
  if (pairs.length < 2 || others * 2 > pairs.length) return undefined
  return addFields(
    fields,
    pairs.map(([key, value]) => [key, toValue(value)] as const),
    record,
  )
}

/** Numbers and booleans become what they are, unless the text would lose something (`007`, `1e9`, an id of 20 digits). */
const toValue = (value: string): string | number | boolean => {
  if (value === 'true') return true
  if (value === 'false') return false
  if (value.length <= 15 && /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(value)) return Number(value)
  return value
}
