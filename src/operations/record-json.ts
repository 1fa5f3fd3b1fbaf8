import { createHash } from 'node:crypto'
import { AppError, messageOf } from '../errors.ts'
import { chunkTexts } from './record-chunk.ts'
import type { RecordChunk } from './record-input.ts'

const mostDepth = 64

/** Reads a JSON text as records: the items of an array or of `logs`, or the one object or text that it is. */
export function* parseRecords(body: Buffer): Generator<RecordChunk> {
  const items = itemsOf(parse(body.toString('utf8')))
  const hash = createHash('sha256').update(body).digest('hex')
  const texts: string[] = []
  let rejected = 0
  let firstError: string | undefined
  for (const [index, item] of items.entries()) {
    const text = textOf(item)
    if (typeof text === 'string') texts.push(text)
    else {
      rejected += 1
      firstError ??= `Record ${index + 1}: ${text.reason}`
    }
  }
  yield { texts: [], rejected, ...(firstError !== undefined && { firstError }), hash }
  for (const chunk of chunkTexts(texts)) yield { texts: chunk, rejected: 0, hash }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new AppError('INVALID_JSON', `The body is not valid JSON: ${messageOf(error).slice(0, 200)}`, {
      hint: 'Send one record a line as application/x-ndjson or text/plain if it is no single JSON text.',
      cause: error,
    })
  }
}

const itemsOf = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value
  if (typeof value === 'object' && value !== null && 'logs' in value && Object.keys(value).length === 1) {
    if (Array.isArray(value.logs)) return value.logs
    throw new AppError('INVALID_REQUEST', '"logs" is not a list.', {
      errors: [{ path: 'logs', message: 'not a list' }],
    })
  }
  return [value]
}

/** The record as text: an object becomes one line of JSON again. */
const textOf = (item: unknown): string | { readonly reason: string } => {
  if (typeof item === 'string') return item === '' ? { reason: 'is empty' } : item
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    return {
      reason: `is ${item === null ? 'null' : Array.isArray(item) ? 'a list' : `a ${typeof item}`}, not an object or a text`,
    }
  }
  if (isDeep(item, mostDepth)) return { reason: `is nested deeper than ${mostDepth} levels` }
  return JSON.stringify(item)
}

const isDeep = (value: unknown, left: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (left === 0 || Object.values(value).some((part) => isDeep(part, left - 1)))
