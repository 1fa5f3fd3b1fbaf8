import { createHash } from 'node:crypto'
import type { ShippedRecord } from '../../operations/records/ingest-shipment.ts'

/** A document with a time that no other line of its program has. */
const inMicroseconds = /"@timestamp"\s{0,9}:\s{0,9}"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,]\d{6}/

/**
 * Returns a key for each record, by its source, id and text. Equal records of one request have different keys, unless they have an id
 * or their times are in microseconds: rsyslog may put a record into one request twice.
 */
export const keysOfRecords = (
  records: readonly ShippedRecord[],
  ids: readonly (string | undefined)[] = [],
): readonly string[] => {
  const counts = new Map<string, number>()
  return records.map(({ source, text }, index) => {
    const id = ids[index]
    const hash = createHash('sha256')
      .update(JSON.stringify([source, id ?? null]))
      .update(text)
      .digest('base64')
      .slice(0, 16)
    const count = id !== undefined || inMicroseconds.test(text) ? 0 : (counts.get(hash) ?? 0)
    counts.set(hash, count + 1)
    return count === 0 ? hash : `${hash}.${count}`
  })
}
