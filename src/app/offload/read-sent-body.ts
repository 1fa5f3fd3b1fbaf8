import { gunzipSync } from 'node:zlib'
import { bodyInputs } from '../../api/rest/input.ts'
import { parseJson, requireJsonType } from '../../api/rest/json.ts'
import { readForm } from '../../api/rest/multipart.ts'
import { AppError } from '../../errors.ts'
import { isGzip } from '../../lib/bytes/begins-with.ts'
import { decodeText } from '../../operations/records/decode-text.ts'
import { readRecords } from '../../operations/records/record-body.ts'
import type { Job } from './messages.ts'

type Sent = NonNullable<Job['body']>

/** A file in a form may have so many bytes once it is unpacked. */
const mostUnpacked = 64 * 1_048_576

/** Reads the input from a request body. */
export const readSentBody = async ({ kind, contentType, blocks }: Sent): Promise<Readonly<Record<string, unknown>>> => {
  if (kind === 'records') return { records: readRecords(inOrder(blocks), contentType) }
  const bytes = Buffer.concat(blocks)
  if (kind === 'form') return entriesOf(await readForm(bytes, contentType ?? '', 'file'))
  if (bytes.length === 0) return {}
  requireJsonType(contentType ?? '')
  return bodyInputs(parseJson(decodeText(bytes)))
}

async function* inOrder(blocks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* blocks
}

const entriesOf = (file: Awaited<ReturnType<typeof readForm>>) => {
  const name = file.name.toLowerCase().replace(/\.gz$/, '')
  const format = /\.(json|ndjson|jsonl)$/.test(name) ? 'json' : name.endsWith('.csv') ? 'csv' : undefined
  if (format === undefined) {
    throw new AppError('INVALID_REQUEST', 'Unsupported file format. Use JSON or CSV.')
  }
  return { text: decodeText(unpack(file.bytes)), format }
}

const unpack = (bytes: Buffer): Buffer => {
  if (!isGzip(bytes)) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: mostUnpacked })
  } catch (error) {
    throw new AppError('INVALID_REQUEST', 'The file is not gzip, or too large once unpacked.', { cause: error })
  }
}
