import { AppError, messageOf } from '../../errors.ts'

/** Most records that one body may hold. */
const mostRecords = 100_000
const longestText = 1_048_576
/** Names under which programs send a list of records. */
const lists = ['logs', 'events', 'records', 'data'] as const

/**
 * Takes a request's body apart into the texts of its records: a JSON list, an object with a list in `logs`, `events`, `records` or
 * `data`, a single object, JSON lines, or plain lines. Takes the parsed body where there is one, else its text. Throws
 * INVALID_REQUEST or INVALID_JSON naming the first record that is none; then nothing of the body counts.
 */
export const bodyTexts = (contentType: string | undefined, parsedOrText: unknown): { texts: string[] } => {
  if (typeof parsedOrText !== 'string') return { texts: limited(fromValue(parsedOrText)) }
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (/ndjson|jsonlines|jsonl|x-json-stream/.test(type)) return { texts: limited(fromJsonLines(parsedOrText)) }
  if (type === 'application/json' || type.endsWith('+json')) return { texts: limited(fromJson(parsedOrText)) }
  return { texts: limited(fromUnnamed(parsedOrText)) }
}

/** A body said to be JSON. Many senders of JSON lines say so, too; a body of several lines is tried as such. */
const fromJson = (text: string): string[] => {
  try {
    return fromValue(JSON.parse(text))
  } catch (error) {
    if (error instanceof AppError) throw error
    const trimmed = text.trim()
    if (trimmed.startsWith('{') && /\}\s*\n\s*\{/.test(trimmed)) return fromJsonLines(text)
    throw invalidJson('The body', error)
  }
}

/** A body of no type that we know: JSON when all of it is, else lines. A broken line is data: a parser will say so. */
const fromUnnamed = (text: string): string[] => {
  const first = text.trimStart().charAt(0)
  if (first === '{' || first === '[') {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      return toLines(text)
    }
    if (typeof value === 'object' && value !== null) return fromValue(value)
  }
  return toLines(text)
}

const fromJsonLines = (text: string): string[] =>
  text.split('\n').flatMap((line, i) => {
    const trimmed = line.trim()
    if (trimmed === '') return []
    let value: unknown
    try {
      value = JSON.parse(trimmed)
    } catch (error) {
      throw invalidJson(`Line ${i + 1}`, error)
    }
    if (typeof value === 'string') return [value]
    if (isObject(value)) return [trimmed]
    throw invalidRecord(`Line ${i + 1}`, value)
  })

const fromValue = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.map((item: unknown, i) => toText(item, `Record ${i}`))
  if (!isObject(value)) throw invalidRecord('The body', value)
  for (const name of lists) {
    const list = value[name]
    // An event may have a field `data` or `events` of its own; a list of records is all that such a body is about.
    if (
      Array.isArray(list) &&
      (name === 'logs' || list.length === 0 || isObject(list[0]) || typeof list[0] === 'string')
    ) {
      if (name !== 'logs' && Object.keys(value).length > 4) continue
      return list.map((item: unknown, i) => toText(item, `Record ${i} of "${name}"`))
    }
  }
  return [toText(value, 'The body')]
}

const toText = (value: unknown, where: string): string => {
  if (typeof value === 'string') return value
  if (!isObject(value)) throw invalidRecord(where, value)
  try {
    return JSON.stringify(value)
  } catch (error) {
    throw new AppError('INVALID_REQUEST', `${where} cannot be written as JSON: ${messageOf(error)}.`, {
      hint: 'Nest objects less deeply.',
    })
  }
}

const toLines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
    .filter((line) => line.trim() !== '')

const limited = (texts: string[]): string[] => {
  if (texts.length > mostRecords) {
    throw new AppError(
      'TOO_LARGE',
      `The body holds ${texts.length} records; at most ${mostRecords} are taken at once.`,
      {
        hint: 'Send several smaller requests.',
      },
    )
  }
  const long = texts.findIndex((text) => text.length > longestText)
  if (long >= 0) {
    throw new AppError('TOO_LARGE', `Record ${long} is longer than ${longestText} characters.`, {
      hint: 'Split it, or leave it out.',
    })
  }
  return texts
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const invalidRecord = (where: string, value: unknown): AppError =>
  new AppError('INVALID_REQUEST', `${where} is ${nameOf(value)}, not an object or a line of text.`, {
    hint: 'Send an object, a list of objects or strings, {"logs": […]}, JSON lines or plain text.',
    errors: [{ path: where.toLowerCase(), message: 'Must be an object or a string.' }],
  })

const nameOf = (value: unknown): string =>
  value === null || value === undefined ? 'empty' : Array.isArray(value) ? 'a list' : `a ${typeof value}`

/** The reason without the text: V8 quotes the body in its message, and a body may hold secrets. */
const invalidJson = (where: string, error: unknown): AppError =>
  new AppError('INVALID_JSON', `${where} is not valid JSON: ${messageOf(error).replace(/,? ?\.{0,3}"[\s\S]*$/, '')}.`, {
    hint: 'Send JSON, JSON lines (application/x-ndjson) or lines of text (text/plain).',
  })
