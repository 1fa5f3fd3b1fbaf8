import type { RawRecord } from '../../../../schema/record/record.ts'
import { type Draft, finish } from '../../draft.ts'
import { addEntries } from '../../fields/aliases.ts'
import { readPairs } from '../../fields/key-values.ts'
import type { Parser } from '../../parser.ts'

/** Parses `time=… level=info msg="ready" user=alice`: a line that consists of key=value pairs. */
export const logfmtParser: Parser = {
  name: 'logfmt',
  parse(record) {
    if (!looksLikePairs(record.text)) return undefined
    const fields: Draft = {}
    const found = readLogfmt(record.text, fields, record)
    return found && finish('logfmt', found.stamp, found.message ?? record.text, fields)
  },
}

/** Whether a text begins with a pair. A cheap test before parsing all of it. */
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

/** Parses a text that consists mostly of pairs into fields; undefined for other texts. */
export const readLogfmt = (
  text: string,
  fields: Draft,
  record: RawRecord,
): ReturnType<typeof addEntries> | undefined => {
  const { pairs, others } = readPairs(text)
  if (pairs.length < 2 || others * 2 > pairs.length) return undefined
  return addEntries(
    fields,
    pairs.map(([key, value]) => [key, toValue(value)] as const),
    record,
  )
}

/** Converts numbers and booleans, unless digits would be lost (`007`, `1e9`, an id of 20 digits). */
const toValue = (value: string): string | number | boolean => {
  if (value === 'true') return true
  if (value === 'false') return false
  if (value.length <= 15 && /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(value)) return Number(value)
  return value
}
