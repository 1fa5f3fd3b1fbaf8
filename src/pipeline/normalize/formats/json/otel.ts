import { isObject } from '../../../../lib/json/json-value.ts'

type Json = Readonly<Record<string, unknown>>

/** Whether an object is an OpenTelemetry log record. */
export const isOtelRecord = (object: Json): boolean =>
  'timeUnixNano' in object || 'observedTimeUnixNano' in object || ('severityNumber' in object && 'body' in object)

/**
 * Flattens an OpenTelemetry log record: removes the prefixes of record and resource attributes, because the semantic conventions use ECS's
 * names (`service.name`, `client.address`).
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

/** Splits an OTLP/JSON export into log records with their resource and scope; undefined for other bodies. */
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

/** Reads attributes in OTLP's format, `[{ key, value: { stringValue } }]`, or in an ordinary object. */
export const toMap = (attributes: unknown): Json => {
  if (isObject(attributes)) return attributes
  if (!Array.isArray(attributes)) return {}
  return Object.fromEntries(
    attributes.flatMap((attribute) =>
      isObject(attribute) && typeof attribute.key === 'string' ? [[attribute.key, toPlain(attribute.value)]] : [],
    ),
  )
}

/** Unwraps OTLP's `AnyValue`. Returns other values unchanged. */
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
