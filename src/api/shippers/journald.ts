import { createHash } from 'node:crypto'
import { AppError } from '../../errors.ts'
import { JournalFormatError, readJournalEntries } from '../../lib/journal/entries.ts'
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

const mostEntries = 2_048
const mostChars = 1_048_576

/**
 * Reads the journal's export format as shipments that are stored one after the other, because a first upload contains the whole journal.
 * Their borders depend on the entries alone: when an upload is repeated, it continues where the last one stopped.
 */
export async function* readJournal(body: AsyncIterable<Uint8Array>): AsyncGenerator<Shipment> {
  let records: ShippedRecord[] = []
  let chars = 0
  for await (const fields of entriesIn(body)) {
    const text = JSON.stringify(fields)
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

/** Reads entries. Reports bytes that it cannot read as a fault of the sender. */
async function* entriesIn(body: AsyncIterable<Uint8Array>) {
  try {
    yield* readJournalEntries(body)
  } catch (error) {
    if (!(error instanceof JournalFormatError)) throw error
    throw error.isTooLong
      ? new AppError('TOO_LARGE', error.message, { hint: 'Send it as binary field.', cause: error })
      : new AppError('INVALID_REQUEST', error.message, { cause: error })
  }
}

/** Every entry has a cursor, so equal shipments are the same entries. */
const toShipment = (records: readonly ShippedRecord[]): Shipment => {
  const hash = createHash('sha256')
  for (const { text } of records) hash.update(text).update('\n')
  const digest = hash.digest('hex')
  return { records, hash: digest, key: `journald ${digest}` }
}

/** The receiver of `systemd-journal-upload`. */
export const journaldRoutes: readonly Route[] = [
  receiveStreamAt(shipper, {
    path: '/upload',
    decode: readJournal,
    present: (reply) => reply.code(202).type('text/plain; charset=utf-8').send('OK.\n'),
  }),
]
