import { createHash } from 'node:crypto'
import type { ShippedRecord } from '../../operations/records/ingest-shipment.ts'

/** Remembers stored records, so that a shipper that groups them differently when it retries doubles none. */
export interface RecentRecords {
  /**
   * Returns a key for each record. Equal records of one request have different keys, unless their times are in microseconds: rsyslog may put
   * a record into one request twice.
   */
  keysOf(records: readonly ShippedRecord[]): readonly string[]
  isKnown(key: string): boolean
  /** Remembers the keys of records that are stored. */
  remember(keys: readonly string[]): void
}

/** A document with a time that no other line of its program has. */
const inMicroseconds = /"@timestamp"\s{0,9}:\s{0,9}"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,]\d{6}/

/** About 10 MB. A shipper retries within seconds. */
const mostKeys = 100_000

/** Creates an empty memory. */
export const createRecentRecords = (): RecentRecords => {
  const known = new Set<string>()
  return {
    keysOf(records) {
      const counts = new Map<string, number>()
      return records.map(({ source, text }) => {
        const hash = createHash('sha256').update(source).update('\0').update(text).digest('base64').slice(0, 22)
        const count = inMicroseconds.test(text) ? 0 : (counts.get(hash) ?? 0)
        counts.set(hash, count + 1)
        return count === 0 ? hash : `${hash} ${count}`
      })
    },
    isKnown: (key) => known.has(key),
    remember(keys) {
      for (const key of keys) known.add(key)
      for (const oldest of known) {
        if (known.size <= mostKeys) break
        known.delete(oldest)
      }
    },
  }
}
