import { AppError, messageOf } from '../../errors.ts'
import { isJson, isObject } from '../../lib/json/json-value.ts'
import { unwrap } from '../../lib/json-records/unwrap.ts'
import { recordsOfText } from './join/join-records.ts'

const longestText = 1_048_576

/**
 * Splits a request body into the texts of its records: the list in a JSON document, a single object, JSON lines, or plain lines. Throws
 * INVALID_REQUEST or INVALID_JSON naming the first invalid record, and then accepts none.
 */
export const bodyTexts = (contentType: string | undefined, text: string): { texts: string[] } => {
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (/ndjson|jsonlines|jsonl|x-json-stream/.test(type)) return { texts: limited(fromJsonLines(text)) }
  if (type === 'application/json' || type.endsWith('+json')) return { texts: limited(fromJson(text)) }
  return { texts: limited(fromUnnamed(text)) }
}

/** Reads a body declared as JSON. Many senders declare JSON lines or concatenated documents so, too. */
const fromJson = (text: string): string[] => {
  try {
    return fromDocument(JSON.parse(text), text)
  } catch (error) {
    if (error instanceof AppError) throw error
    const trimmed = text.trim()
    if (trimmed.startsWith('{') && /\}\s*\n\s*\{/.test(trimmed)) return fromJsonLines(text)
    if (/^\{[\s\S]*\}\s*\{/.test(trimmed)) {
      const texts = recordsOfText(trimmed, { traces: false })
      if (texts.every(isJson)) return [...texts]
    }
    throw invalidJson('The body', error)
  }
}

/** Reads a body of unknown type as JSON if all of it is valid, else as lines. A broken line becomes a pipeline error. */
const fromUnnamed = (text: string): string[] => {
  const first = text.trimStart().charAt(0)
  if (first === '{' || first === '[') {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      return [...recordsOfText(text, { traces: false })]
    }
    if (typeof value === 'object' && value !== null) return fromDocument(value, text)
  }
  return [...recordsOfText(text, { traces: false })]
}

const fromJsonLines = (text: string): string[] => {
  const texts = recordsOfText(text, { traces: false })
  texts.forEach((line, i) => {
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch (error) {
      throw invalidJson(`Line ${i + 1}`, error)
    }
    if (typeof value !== 'string' && !isObject(value)) throw invalidRecord(`Line ${i + 1}`, value)
  })
  return texts.map((line) => (line.startsWith('"') ? String(JSON.parse(line)) : line))
}

const fromDocument = (value: unknown, text: string): string[] => {
  if (!Array.isArray(value)) requireRecord(value, 'The body')
  requireRecords(value, '')
  if (isObject(value)) requireRecords(value.logs, ' of "logs"')
  return [...unwrap(text, { all: true, part: text.length > longestText })].map((record) => record.text)
}

const requireRecords = (list: unknown, where: string): void => {
  if (!Array.isArray(list)) return
  for (const [index, item] of list.entries()) requireRecord(item, `Record ${index}${where}`)
}

const requireRecord = (value: unknown, where: string): void => {
  if (!isObject(value) && (typeof value !== 'string' || where === 'The body')) throw invalidRecord(where, value)
}

const limited = (texts: string[]): string[] => {
  const long = texts.findIndex((text) => text.length > longestText)
  if (long >= 0) {
    throw new AppError('TOO_LARGE', `Record ${long} is longer than ${longestText} characters.`, {
      hint: 'Split the record, or leave it out.',
    })
  }
  return texts
}

const invalidRecord = (where: string, value: unknown): AppError =>
  new AppError('INVALID_REQUEST', `${where} is ${nameOf(value)}, not an object or a line of text.`, {
    hint: 'Send an object, a list of objects or strings, {"logs": […]}, JSON lines or plain text.',
    errors: [{ path: where.toLowerCase(), message: 'Must be an object or a string.' }],
  })

const nameOf = (value: unknown): string =>
  value === null || value === undefined ? 'empty' : Array.isArray(value) ? 'a list' : `a ${typeof value}`

/** Removes the quoted text from V8's message, because a body may contain secrets. */
const invalidJson = (where: string, error: unknown): AppError =>
  new AppError('INVALID_JSON', `${where} is not valid JSON: ${messageOf(error).replace(/,? ?\.{0,3}"[\s\S]*$/, '')}.`, {
    hint: 'Send JSON, JSON lines (application/x-ndjson) or lines of text (text/plain).',
  })
