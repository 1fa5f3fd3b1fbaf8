import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { fastest, isWorthCompressing } from './compression.ts'
import type { Topic, Topics } from './queue.ts'
import { isRecordsPayload, readRecordsPayload } from './records-payload.ts'

const openingBracket = 0x5b

interface JobPayload {
  readonly payload: Uint8Array
  /** Bytes before compression. */
  readonly size: number
  /** Bytes of the payload. */
  readonly bytes: number
}

/** Encodes the items of a job as JSON, and compresses large ones (zstd, fastest level). */
export const encodeJob = <T extends Topic>(items: readonly Topics[T][]): JobPayload => {
  const json = Buffer.from(JSON.stringify(items))
  const payload = isWorthCompressing(json) ? zstdCompressSync(json, fastest) : json
  return { payload, size: json.length, bytes: payload.length }
}

/** Reads the output of `encodeJob`, or of `toRecordsPayload`; throws if it is damaged. JSON starts with a bracket, zstd does not. */
export const decodeJob = <T extends Topic>(payload: Uint8Array): readonly Topics[T][] => {
  // The compiler cannot derive the item type from the payload.
  if (isRecordsPayload(payload)) return readRecordsPayload(payload) as readonly Topics[T][]
  const json = payload[0] === openingBracket ? Buffer.from(payload) : zstdDecompressSync(payload)
  return JSON.parse(json.toString())
}
