import type { RawRecord } from '../../../schema/record/record.ts'
import { recordsOfText } from '../join/join-records.ts'

/** A message of a queue. */
export interface QueuedMessage {
  /** The same on every delivery, and only for this message. */
  readonly id: string
  readonly body: string
}

/** Records, and a key for each that is the same on every delivery. */
interface KeyedRecords {
  readonly records: readonly RawRecord[]
  readonly keys: readonly string[]
}

interface RecordOptions {
  readonly source: string
  readonly now: number
  readonly zoneMinutes: number | undefined
}

const longestRecord = 1_048_576

/** Returns the records of messages. JSON may contain several records; any other message is one, whatever its line breaks. */
export const toKeyedRecords = (
  messages: readonly QueuedMessage[],
  { source, now, zoneMinutes }: RecordOptions,
): KeyedRecords => {
  const records: RawRecord[] = []
  const keys: string[] = []
  for (const { id, body } of messages) {
    textsOf(body).forEach((text, index) => {
      records.push({ text: text.slice(0, longestRecord), source, receivedAt: now, zoneMinutes })
      keys.push(`${source} ${id} ${index}`)
    })
  }
  return { records, keys }
}

const textsOf = (body: string): readonly string[] => {
  const text = body.trim()
  if (text === '') return []
  return text.startsWith('{') || text.startsWith('[') ? recordsOfText(text, { traces: false }) : [body.trimEnd()]
}
