import { isObject } from './flatten.ts'

type Json = Readonly<Record<string, unknown>>

/** Whether an object is a log record as OpenTelemetry writes it. */
export const isOtelRecord = (object: Json): boolean =>
  'timeUnixNano' in object || 'observedTimeUnixNano' in object || ('severityNumber' in object && 'body' in object)

/**
 * Lays an OpenTelemetry log record out as plain names: attributes of the record and of its resource lose their prefix, since the
 * semantic conventions' names are ECS's (`service.name`, `client.address`).
 */
export const layOutOtel = (object: Json): Json => {
  const { attributes, resource, scope, body, flags: _, ...rest } = object
  const text = toPlain(body)
  return {
    ...toMap(isObject(resource) ? resource.attributes : undefined),
    ...toMap(attributes),
    ...(isObject(scope) && typeof scope.name === 'string' && scope.name !== '' && { 'scope.name': scope.name }),
    ...rest,
    ...(isObject(text)
      ? { ...text, message: text.message ?? JSON.stringify(text) }
      : text !== undefined && { message: String(text) }),
  }
}

/** Splits an OTLP/JSON export into log records that carry their resource and scope; undefined when it is none. */
export const splitOtlp = (body: unknown): Json[] | undefined => {
  if (!isObject(body) || !Array.isArray(body.resourceLogs)) return undefined
  const records: Json[] = []
  for (const group of body.resourceLogs) {
    if (!isObject(group)) continue
    for (const part of Array.isArray(group.scopeLogs) ? group.scopeLogs : []) {
      if (!isObject(part)) continue
      for (const record of Array.isArray(part.logRecords) ? part.logRecords : []) {
        if (isObject(record)) records.push({ ...record, resource: group.resource, scope: part.scope })
      }
    }
  }
  return records
}

/** Attributes as OTLP writes them, `[{ key, value: { stringValue } }]`, or as an ordinary object. */
export const toMap = (attributes: unknown): Json => {
  if (isObject(attributes)) return attributes
  if (!Array.isArray(attributes)) return {}
  return Object.fromEntries(
    attributes.flatMap((attribute) =>
      isObject(attribute) && typeof attribute.key === 'string' ? [[attribute.key, toPlain(attribute.value)]] : [],
    ),
  )
}

/** Turns OTLP's `AnyValue` into what it stands for; anything else stays what it is. Bounded by the depth of JSON.parse's result. */
const toPlain = (value: unknown, depth = 0): unknown => {
  if (!isObject(value) || depth > 10) return value
  if ('stringValue' in value) return value.stringValue
  if ('boolValue' in value) return value.boolValue
  if ('intValue' in value)
    return Number.isSafeInteger(Number(value.intValue)) ? Number(value.intValue) : String(value.intValue)
  if ('doubleValue' in value) return value.doubleValue
  if ('bytesValue' in value) return value.bytesValue
  if (isObject(value.arrayValue) && Array.isArray(value.arrayValue.values)) {
    return value.arrayValue.values.map((item) => toPlain(item, depth + 1))
  }
  if (isObject(value.kvlistValue)) {
    const pairs = Array.isArray(value.kvlistValue.values) ? value.kvlistValue.values : []
    return Object.fromEntries(
      pairs.flatMap((pair) =>
        isObject(pair) && typeof pair.key === 'string' ? [[pair.key, toPlain(pair.value, depth + 1)]] : [],
      ),
    )
  }
  return value
}
