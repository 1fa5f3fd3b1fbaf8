import type { BinaryReader } from '@bufbuild/protobuf/wire'
import type { JsonObject } from './json-object.ts'
import { outermostPlace, type ProtobufPlace, readProtobuf, readString } from './protobuf.ts'

/** Reads an `ExportLogsServiceRequest` in Protocol Buffers as the `resourceLogs` of the same request in JSON. Throws INVALID_REQUEST. */
export const readOtlpLogs = (body: Uint8Array): readonly JsonObject[] => {
  const groups: JsonObject[] = []
  readProtobuf(
    body,
    outermostPlace(),
    (field, reader, inside) => field === 1 && added(groups, readResourceLogs(reader, inside)),
  )
  return groups
}

const added = <Item>(list: Item[], item: Item): true => {
  list.push(item)
  return true
}

const readResourceLogs = (reader: BinaryReader, place: ProtobufPlace): JsonObject => {
  const scopeLogs: JsonObject[] = []
  let resource: JsonObject = {}
  readProtobuf(reader.bytes(), place, (field, inner, inside) => {
    if (field === 2) return added(scopeLogs, readScopeLogs(inner, inside))
    if (field !== 1) return false
    resource = { attributes: readAttributes(inner.bytes(), inside, 1) }
    return true
  })
  return { resource, scopeLogs }
}

const readScopeLogs = (reader: BinaryReader, place: ProtobufPlace): JsonObject => {
  const logRecords: JsonObject[] = []
  let scope: JsonObject | undefined
  readProtobuf(reader.bytes(), place, (field, inner, inside) => {
    if (field === 2) return added(logRecords, readLogRecord(inner, inside))
    if (field !== 1) return false
    scope = readScope(inner, inside)
    return true
  })
  return { ...(scope && { scope }), logRecords }
}

const readScope = (reader: BinaryReader, place: ProtobufPlace): JsonObject => {
  const scope: Record<string, unknown> = {}
  readProtobuf(reader.bytes(), place, (field, inner) => {
    if (field !== 1 && field !== 2) return false
    scope[field === 1 ? 'name' : 'version'] = readString(inner)
    return true
  })
  return scope
}

const readLogRecord = (reader: BinaryReader, place: ProtobufPlace): JsonObject => {
  const record: Record<string, unknown> = {}
  const attributes: JsonObject[] = []
  readProtobuf(reader.bytes(), place, (field, inner, inside) => {
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
        record.body = readAnyValue(inner.bytes(), inside)
        return true
      case 6:
        return added(attributes, readPair(inner.bytes(), inside))
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
const readAttributes = (bytes: Uint8Array, place: ProtobufPlace, of: number): readonly JsonObject[] => {
  const pairs: JsonObject[] = []
  readProtobuf(bytes, place, (field, reader, inside) => field === of && added(pairs, readPair(reader.bytes(), inside)))
  return pairs
}

const readPair = (bytes: Uint8Array, place: ProtobufPlace): JsonObject => {
  let key = ''
  let value: JsonObject = {}
  readProtobuf(bytes, place, (field, reader, inside) => {
    if (field === 1) key = readString(reader)
    else if (field === 2) value = readAnyValue(reader.bytes(), inside)
    else return false
    return true
  })
  return { key, value }
}

const readAnyValue = (bytes: Uint8Array, place: ProtobufPlace): JsonObject => {
  let value: JsonObject = {}
  readProtobuf(bytes, place, (field, reader, inside) => {
    const read = anyValues[field]
    if (read === undefined) return false
    value = read(reader, inside)
    return true
  })
  return value
}

/** The kinds of `AnyValue`, by field. */
const anyValues: Readonly<Record<number, (reader: BinaryReader, place: ProtobufPlace) => JsonObject>> = {
  1: (reader) => ({ stringValue: readString(reader) }),
  2: (reader) => ({ boolValue: reader.bool() }),
  3: (reader) => ({ intValue: String(reader.int64()) }),
  4: (reader) => ({ doubleValue: reader.double() }),
  5: (reader, place) => {
    const values: JsonObject[] = []
    readProtobuf(
      reader.bytes(),
      place,
      (field, inner, inside) => field === 1 && added(values, readAnyValue(inner.bytes(), inside)),
    )
    return { arrayValue: { values } }
  },
  6: (reader, place) => ({ kvlistValue: { values: readAttributes(reader.bytes(), place, 1) } }),
  7: (reader) => ({ bytesValue: Buffer.from(reader.bytes()).toString('base64') }),
}
