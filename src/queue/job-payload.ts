import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { RecordBatch } from '../schema/record/record.ts'
import { fastest, isWorthCompressing } from './compression.ts'
import type { Delivered, Topic, Topics } from './queue.ts'
import { asWaiting, isRecordsPayload, readRecordsPayload } from './records-payload.ts'

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
export const decodeJob = <T extends Topic>(topic: T, payload: Uint8Array): readonly Delivered[T][] =>
  decoders[topic](payload)

const readJson = <Item>(payload: Uint8Array): readonly Item[] => {
  const json = payload[0] === openingBracket ? Buffer.from(payload) : zstdDecompressSync(payload)
  return JSON.parse(json.toString())
}

const decoders: { readonly [T in Topic]: (payload: Uint8Array) => readonly Delivered[T][] } = {
  records: (payload) => [
    isRecordsPayload(payload) ? readRecordsPayload(payload) : asWaiting(readJson<RecordBatch>(payload)),
  ],
  facts: readJson,
  detections: readJson,
  alerts: readJson,
  incidents: readJson,
}
