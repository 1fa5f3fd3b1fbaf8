import { z } from 'zod'
import { reportOptions } from '../provider.ts'
import type { FormatName } from './formats.ts'
import { readList } from './list.ts'
import { hasHeader, readCsv } from './rows.ts'

const anything = z.array(z.unknown())
const event = z.object({ Event: z.unknown().refine((found) => found !== undefined) })
const row = z.record(z.string(), z.unknown())
const below = z.union([
  z.array(row),
  z.object({ data: z.array(row) }).transform(({ data }) => data),
  z.object({ urls: z.array(row) }).transform(({ urls }) => urls),
  z.record(z.string().regex(/^\d+$/), z.array(row)).transform((byId) => Object.values(byId).flat()),
])

/** The distinguishing fields of JSON documents, in the order of the checks. */
const documents: readonly (readonly [FormatName, z.ZodType])[] = [
  ['stix', z.object({ objects: anything })],
  ['misp', z.union([event, z.object({ response: z.array(event) }), z.array(event).min(1)])],
  ['misp-warninglist', z.object({ name: z.string(), type: z.string(), list: anything })],
  ['cisa-kev', z.object({ vulnerabilities: anything })],
]

/** The distinguishing fields of rows in vendor formats. */
const rows: readonly (readonly [FormatName, readonly string[]])[] = [
  ['threatfox', ['ioc_type', 'threat_type', 'malware_printable']],
  ['malwarebazaar', ['sha256_hash', 'file_type', 'signature']],
  ['feodo', ['ip_address', 'malware', 'last_online']],
  ['urlhaus', ['url', 'url_status', 'threat']],
]

const sampleLength = 20_000

/** Guesses the format of a list from its content. The default is a plain list. */
export const guessFormat = (text: string): FormatName => {
  const start = text.slice(0, sampleLength).trimStart()
  if (!/^[[{]/.test(start)) return guessLines(start)
  const json = parse(text)
  // Not one JSON document: either JSON lines, or invalid JSON that the parser will report.
  if (json === undefined) return /^\{[^\n]*"cidr"/m.test(start) ? 'spamhaus-drop' : 'json'
  const document = documents.find(([, shape]) => shape.safeParse(json).success)
  if (document) return document[0]
  const [first = {}] = below.safeParse(json).data ?? []
  return rows.find(([, names]) => names.every((name) => Object.hasOwn(first, name)))?.[0] ?? 'json'
}

const guessLines = (start: string): FormatName => {
  if (/^(ExitNode|ExitAddress) /m.test(start)) return 'tor-exits'
  if (hasHeader(start)) return 'csv'
  const options = reportOptions.parse({})
  const count = (read: typeof readList) => [...read(start, options, 0)].filter(({ kind }) => kind === 'report').length
  try {
    return count(readCsv) > count(readList) ? 'csv' : 'list'
  } catch {
    return 'list'
  }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
