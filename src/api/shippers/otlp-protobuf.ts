import type { BinaryReader } from '@bufbuild/protobuf/wire'
import type { JsonObject } from './json-object.ts'
import { readProtobuf, readString } from './protobuf.ts'

/** Reads an `ExportLogsServiceRequest` in Protocol Buffers as the `resourceLogs` of the same request in JSON. Throws INVALID_REQUEST. */
export const readOtlpLogs = (body: Uint8Array): readonly JsonObject[] => {
  const groups: JsonObject[] = []
  readProtobuf(body, 0, (field, reader) => field === 1 && added(groups, readResourceLogs(reader)))
  return groups
}

const added = <Item>(list: Item[], item: Item): true => {
  list.push(item)
  return true
}

const readResourceLogs = (reader: BinaryReader): JsonObject => {
  const scopeLogs: JsonObject[] = []
  let resource: JsonObject = {}
  readProtobuf(reader.bytes(), 1, (field, inner) => {
    if (field === 2) return added(scopeLogs, readScopeLogs(inner))
    if (field !== 1) return false
    resource = { attributes: readAttributes(inner.bytes(), 2, 1) }
    return true
  })
  return { resource, scopeLogs }
}

const readScopeLogs = (reader: BinaryReader): JsonObject => {
  const logRecords: JsonObject[] = []
  let scope: JsonObject | undefined
  readProtobuf(reader.bytes(), 2, (field, inner) => {
    if (field === 2) return added(logRecords, readLogRecord(inner))
    if (field !== 1) return false
    scope = readScope(inner)
    return true
  })
  return { ...(scope && { scope }), logRecords }
}

const readScope = (reader: BinaryReader): JsonObject => {
  const scope: Record<string, unknown> = {}
  readProtobuf(reader.bytes(), 3, (field, inner) => {
    if (field !== 1 && field !== 2) return false
    scope[field === 1 ? 'name' : 'version'] = readString(inner)
    return true
  })
  return scope
}

const readLogRecord = (reader: BinaryReader): JsonObject => {
  const record: Record<string, unknown> = {}
  const attributes: JsonObject[] = []
  readProtobuf(reader.bytes(), 3, (field, inner) => {
    switch (field) {
      case 1:
        record.timeUnixNano = String(inner.fixed64())
        return true
      case 2:
        record.severityNumber = inner.int32()
        return true
      case 3:
        record.severityText = readString(inner)
        return true
      case 5:
        record.body = readAnyValue(inner.bytes(), 4)
        return true
      case 6:
        return added(attributes, readPair(inner.bytes(), 4))
      case 9:
        record.traceId = Buffer.from(inner.bytes()).toString('hex')
        return true
      case 10:
        record.spanId = Buffer.from(inner.bytes()).toString('hex')
        return true
      case 11:
        record.observedTimeUnixNano = String(inner.fixed64())
        return true
      case 12:
        record.eventName = readString(inner)
        return true
      default:
        return false
    }
  })
  return { ...record, ...(attributes.length > 0 && { attributes }) }
}

/** Reads the key-value pairs in a field of a message. */
const readAttributes = (bytes: Uint8Array, depth: number, of: number): readonly JsonObject[] => {
  const pairs: JsonObject[] = []
  readProtobuf(bytes, depth, (field, reader) => field === of && added(pairs, readPair(reader.bytes(), depth + 1)))
  return pairs
}

const readPair = (bytes: Uint8Array, depth: number): JsonObject => {
  let key = ''
  let value: JsonObject = {}
  readProtobuf(bytes, depth, (field, reader) => {
    if (field === 1) key = readString(reader)
    else if (field === 2) value = readAnyValue(reader.bytes(), depth + 1)
    else return false
    return true
  })
  return { key, value }
}

const readAnyValue = (bytes: Uint8Array, depth: number): JsonObject => {
  let value: JsonObject = {}
  readProtobuf(bytes, depth, (field, reader) => {
    const read = anyValues[field]
    if (read === undefined) return false
    value = read(reader, depth + 1)
    return true
  })
  return value
}

/** The kinds of `AnyValue`, by field. */
const anyValues: Readonly<Record<number, (reader: BinaryReader, depth: number) => JsonObject>> = {
  1: (reader) => ({ stringValue: readString(reader) }),
  2: (reader) => ({ boolValue: reader.bool() }),
  3: (reader) => ({ intValue: String(reader.int64()) }),
  4: (reader) => ({ doubleValue: reader.double() }),
  5: (reader, depth) => {
    const values: JsonObject[] = []
    readProtobuf(
      reader.bytes(),
      depth,
      (field, inner) => field === 1 && added(values, readAnyValue(inner.bytes(), depth + 1)),
    )
    return { arrayValue: { values } }
  },
  6: (reader, depth) => ({ kvlistValue: { values: readAttributes(reader.bytes(), depth, 1) } }),
  7: (reader) => ({ bytesValue: Buffer.from(reader.bytes()).toString('base64') }),
}
