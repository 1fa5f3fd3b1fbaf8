import { createHash } from 'node:crypto'
import { AppError } from '../../errors.ts'
import type { Shipment, ShippedRecord } from '../../operations/records/ingest-shipment.ts'
import type { Refuse, Route } from '../rest/route.ts'
import { receiveStreamAt, type Shipper } from './shipper.ts'
import { afterScheme, firstToken, fromBasic } from './tokens.ts'

const refuse: Refuse = ({ status, message }) => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: Buffer.from(`${message}\n`),
})

const shipper: Shipper = { readToken: firstToken(fromBasic, afterScheme('bearer')), refuse }

/** The limit of a field's length. The data of a longer binary field (a core dump) is skipped. */
const longestField = 262_144
const mostEntries = 2_048
const mostChars = 1_048_576

/**
 * Reads the journal's export format as shipments that are stored one after the other, because a first upload contains the whole journal.
 * Their borders depend on the entries alone: when an upload is repeated, it continues where the last one stopped.
 */
export async function* readJournal(body: AsyncIterable<Uint8Array>): AsyncGenerator<Shipment> {
  let records: ShippedRecord[] = []
  let chars = 0
  for await (const text of entriesIn(body)) {
    if (records.length >= mostEntries || (records.length > 0 && chars + text.length > mostChars)) {
      yield toShipment(records)
      records = []
      chars = 0
    }
    records.push({ source: 'journald', text })
    chars += text.length
  }
  if (records.length > 0) yield toShipment(records)
}

/** Every entry has a cursor, so equal shipments are the same entries. */
const toShipment = (records: readonly ShippedRecord[]): Shipment => {
  const hash = createHash('sha256')
  for (const { text } of records) hash.update(text).update('\n')
  const digest = hash.digest('hex')
  return { records, hash: digest, key: `journald ${digest}` }
}

type Fields = Record<string, string | string[]>

/** Reads entries, each as the JSON that `journalctl -o json` prints. */
async function* entriesIn(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const reader = readerOf(body)
  let fields: Fields = {}
  let size = 0
  for (;;) {
    const line = await reader.line()
    if (line === undefined || line === '') {
      if (Object.keys(fields).length > 0) yield JSON.stringify(fields)
      if (line === undefined) return
      fields = {}
      size = 0
      continue
    }
    const equals = line.indexOf('=')
    const name = equals < 0 ? line : line.slice(0, equals)
    if (!/^[A-Z0-9_]{1,64}$/.test(name)) throw malformed('A field has no valid name.')
    const value = equals < 0 ? await reader.data() : line.slice(equals + 1)
    size += name.length + value.length
    if (size > 4 * longestField) continue
    add(fields, name, value)
  }
}

/** A field may occur several times; then its value is a list. */
const add = (fields: Fields, name: string, value: string): void => {
  const before = fields[name]
  fields[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]
}

const readerOf = (body: AsyncIterable<Uint8Array>) => {
  const chunks = body[Symbol.asyncIterator]()
  let buffer = Buffer.alloc(0)
  const more = async (): Promise<boolean> => {
    const next = await chunks.next()
    if (next.done) return false
    buffer = buffer.length === 0 ? Buffer.from(next.value) : Buffer.concat([buffer, next.value])
    return true
  }
  const take = (count: number): Buffer => {
    const taken = buffer.subarray(0, count)
    buffer = buffer.subarray(count)
    return taken
  }
  const exactly = async (count: number): Promise<Buffer> => {
    while (buffer.length < count) if (!(await more())) throw malformed('The last field is incomplete.')
    return take(count)
  }
  return {
    /** Reads up to a line break; undefined at the end. */
    async line(): Promise<string | undefined> {
      let searched = 0
      for (;;) {
        const end = buffer.indexOf(10, searched)
        if (end >= 0) {
          const text = buffer.toString('utf8', 0, end)
          take(end + 1)
          return text
        }
        searched = buffer.length
        if (searched > longestField) {
          throw new AppError('TOO_LARGE', `A line is longer than ${longestField} bytes.`, {
            hint: 'Send it as binary field.',
          })
        }
        if (!(await more())) {
          const rest = take(buffer.length).toString('utf8')
          return rest === '' ? undefined : rest
        }
      }
    },
    /** Reads the length and the data of a binary field. */
    async data(): Promise<string> {
      const length = (await exactly(8)).readBigUInt64LE()
      const kept = length > BigInt(longestField) ? longestField : Number(length)
      const text = (await exactly(kept)).toString('utf8')
      let left = length - BigInt(kept)
      while (left > 0n) {
        const step = left > 65_536n ? 65_536 : Number(left)
        await exactly(step)
        left -= BigInt(step)
      }
      if ((await exactly(1))[0] !== 10) throw malformed('A binary field does not end with a line break.')
      return text
    },
  }
}

const malformed = (message: string): AppError =>
  new AppError('INVALID_REQUEST', `The body is not in the journal's export format: ${message}`)

/** The receiver of `systemd-journal-upload`. */
export const journaldRoutes: readonly Route[] = [
  receiveStreamAt(shipper, {
    path: '/upload',
    decode: readJournal,
    present: (reply) => reply.code(202).type('text/plain; charset=utf-8').send('OK.\n'),
  }),
]
