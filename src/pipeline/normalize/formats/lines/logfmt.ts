import { finish } from '../../draft.ts'
import { addEntries } from '../../fields/aliases.ts'
import { createDraft } from '../../fields/create-draft.ts'
import { readPairs } from '../../fields/key-values.ts'
import type { Parser } from '../../parser.ts'

/** Parses `time=… level=info msg="ready" user=alice`: a line that consists mostly of key=value pairs. */
export const logfmtParser: Parser = {
  name: 'logfmt',
  parse(record) {
    const { text } = record
    if (!looksLikePairs(text)) return undefined
    const { pairs, others } = readPairs(text)
    if (pairs.length < 2 || others * 2 > pairs.length) return undefined
    const fields = createDraft(pairs.length)
    const entries = pairs.map(([key, value]) => [key, toValue(value)] as const)
    const { stamp, message } = addEntries(fields, entries, record)
    return finish('logfmt', stamp, message ?? text, fields)
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

/** Converts numbers and booleans, unless digits would be lost (`007`, `1e9`, an id of 20 digits). */
const toValue = (value: string): string | number | boolean => {
  if (value === 'true') return true
  if (value === 'false') return false
  if (value.length <= 15 && /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(value)) return Number(value)
  return value
}
