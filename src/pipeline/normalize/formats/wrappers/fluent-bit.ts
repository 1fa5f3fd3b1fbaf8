import type { RawRecord } from '../../../../schema/record/record.ts'
import type { Parsed, Parser } from '../../parser.ts'
import { parseObject } from '../json/json.ts'

const head = /^\[\d{1,9}\] [\w.*/-]{1,128}: \[\[?(\d{9,11}(?:\.\d{1,9})?)(?:, \{[^{}]{0,500}\}\])?, (?=\{)/

/**
 * Parses what Fluent Bit prints on standard output: `[0] tail.0: [[1796895140.123456789, {}], {"log"=>"…", "stream"=>"stderr"}]`. It writes
 * quotes in a text as they are, so a text ends at the quote before the next name or the end. A name that occurs twice may be part of a text:
 * such a record is not read.
 */
export const fluentBitParser: Parser = {
  name: 'fluent-bit',
  parse(record: RawRecord): Parsed | undefined {
    const { text } = record
    const started = text.endsWith('}]') ? head.exec(text.slice(0, 700)) : null
    if (!started) return undefined
    const map = readMap(text, started[0].length)
    if (!map || map.end !== text.length - 1) return undefined
    return { ...parseObject({ date: Number(started[1]), ...map.value }, record), format: 'json/fluent-bit' }
  },
}

interface Read<Value> {
  readonly value: Value
  readonly end: number
}

const deepest = 8
const name = /"([^"]{1,128})"=>/y
const plain = /(?:true|false|nil|-?\d{1,19}(?:\.\d{1,19})?)(?=[,\]}])/y
/** Text ends before the next name, or before brackets that close up to another one or the end. */
const afterText = /"(?:, ?(?:"[^"]{1,128}"=>)|[\]}]+(?:$|, "[^"]{1,128}"=>))/y

const match = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at
  return pattern.exec(text)
}

const readMap = (text: string, at: number, depth = 0): Read<Record<string, unknown>> | undefined => {
  const value: Record<string, unknown> = {}
  if (text.charCodeAt(at + 1) === 125) return { value, end: at + 2 }
  for (let i = at + 1; ; ) {
    const found = match(name, text, i)
    const key = found?.[1] ?? ''
    if (!found || depth > deepest || Object.hasOwn(value, key)) return undefined
    const read = readValue(text, i + found[0].length, depth)
    if (!read) return undefined
    value[key] = read.value
    i = read.end
    if (text.charCodeAt(i) === 125) return { value, end: i + 1 }
    if (!text.startsWith(', ', i)) return undefined
    i += 2
  }
}

const readValue = (text: string, at: number, depth: number): Read<unknown> | undefined => {
  const code = text.charCodeAt(at)
  if (code === 123) return readMap(text, at, depth + 1)
  if (code === 34) return readText(text, at)
  if (code === 91) return readList(text, at, depth + 1)
  const found = match(plain, text, at)?.[0]
  if (found === undefined) return undefined
  const value = found === 'nil' ? null : found === 'true' || found === 'false' ? found === 'true' : Number(found)
  return { value, end: at + found.length }
}

const readText = (text: string, at: number): Read<string> | undefined => {
  for (let quote = text.indexOf('"', at + 1); quote > 0; quote = text.indexOf('"', quote + 1))
    if (match(afterText, text, quote)) return { value: text.slice(at + 1, quote), end: quote + 1 }
  return undefined
}

/** Reads a list of texts without quotes, or of plain values. */
const readList = (text: string, at: number, depth: number): Read<unknown[]> | undefined => {
  const value: unknown[] = []
  if (text.charCodeAt(at + 1) === 93) return { value, end: at + 2 }
  for (let i = at + 1; ; ) {
    const close = text.indexOf('"', i + 1)
    const read =
      text.charCodeAt(i) === 34
        ? close < 0
          ? undefined
          : { value: text.slice(i + 1, close), end: close + 1 }
        : readValue(text, i, depth)
    if (!read || depth > deepest) return undefined
    value.push(read.value)
    i = read.end
    if (text.charCodeAt(i) === 93) return { value, end: i + 1 }
    if (!text.startsWith(', ', i)) return undefined
    i += 2
  }
}
