import type { IncomingMessage } from 'node:http'
import { AppError, messageOf } from '../../errors.ts'
import { decodeText } from '../../operations/records/decode-text.ts'
import { readBody, readWhole } from '../body.ts'

const usualLimit = 1_048_576
const mostDepth = 32

/** Reads a JSON body of at most `limit` bytes; undefined if it is empty. */
export const readJson = async (request: IncomingMessage, limit = usualLimit): Promise<unknown> => {
  const bytes = await readWhole(readBody(request), limit)
  if (bytes.length === 0) return undefined
  requireJsonType(request.headers['content-type'] ?? '')
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw new AppError('INVALID_REQUEST', 'The body is gzip, but the request does not say so.', {
      hint: 'Add the header "Content-Encoding: gzip".',
    })
  }
  return parseJson(decodeText(bytes))
}

/** Rejects content types other than JSON. Clients of older systems may omit the content type. */
export const requireJsonType = (type: string): void => {
  if (type === '' || /^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(type)) return
  throw new AppError('UNSUPPORTED_MEDIA_TYPE', `The content type "${type.slice(0, 80)}" cannot be read here.`, {
    hint: 'Send JSON, and say "Content-Type: application/json".',
    accepts: ['application/json'],
  })
}

/** Parses JSON that strangers wrote. */
export const parseJson = (text: string): unknown => {
  if (depthOf(text) > mostDepth) {
    throw new AppError('INVALID_JSON', `The body is nested deeper than ${mostDepth} levels.`)
  }
  try {
    return JSON.parse(text, refusePrototypes)
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('INVALID_JSON', `The body is not valid JSON: ${messageOf(error).slice(0, 200)}`, {
      cause: error,
    })
  }
}

/** A name that no input has, and that changes the prototype of objects that copy it carelessly. */
const refusePrototypes = (name: string, value: unknown): unknown => {
  if (name === '__proto__')
    throw new AppError('INVALID_JSON', 'The body holds a "__proto__", which no input is called.')
  return value
}

/** Measures how deep brackets are nested, without building anything. */
const depthOf = (text: string): number => {
  let depth = 0
  let deepest = 0
  let quoted = false
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (quoted) {
      if (code === backslash) index += 1
      else if (code === quote) quoted = false
    } else if (code === quote) quoted = true
    else if (code === openBrace || code === openBracket) deepest = Math.max(deepest, ++depth)
    else if (code === closeBrace || code === closeBracket) depth -= 1
  }
  return deepest
}

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d]
