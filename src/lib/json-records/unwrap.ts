import { gunzipSync } from 'node:zlib'
import { isGzip } from '../bytes/begins-with.ts'
import {
  compact,
  endOfValue,
  isListAt,
  isObjectAt,
  isStringAt,
  itemsOf,
  type Member,
  membersOf,
  type Slice,
  skipSpace,
  stringAt,
} from './slices.ts'
import {
  isDeedName,
  isInherited,
  isListName,
  isPassage,
  isSubjectName,
  isSureListName,
  isTimeName,
  plainFieldName,
  saysItself,
} from './vocabulary.ts'

const mostOfOne = 16 * 1_048_576

/** Reads base64 text, which gzip may have packed once more. Undefined when it is no text, or more than the budget allows. */
const decodePayload = (base64: string, budget: { left: number }): string | undefined => {
  const bytes = Buffer.from(base64, 'base64')
  const unpacked = isGzip(bytes) ? gunzip(bytes, Math.min(mostOfOne, budget.left)) : bytes
  if (unpacked === undefined || unpacked.length > budget.left) return undefined
  budget.left -= unpacked.length
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(unpacked)
    return text.trim() === '' || text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}

const gunzip = (bytes: Uint8Array, most: number): Buffer | undefined => {
  try {
    return most > 0 ? gunzipSync(bytes, { maxOutputLength: most }) : undefined
  } catch {
    return undefined
  }
}

/** A record that was taken out of a document. */
export interface Unwrapped {
  /** One line of JSON, or a line of plain text that an envelope carried. */
  readonly text: string
  /** Its start in the document. */
  readonly at: number
  /** Whether it is the document itself. */
  readonly whole: boolean
}

export interface UnwrapOptions {
  /** Whether the document is all that a sender sent: then a list of texts is a list of lines. */
  readonly all?: boolean
  /** Whether it was cut from a document that is too long to be a record, so that its list can only be one of records. */
  readonly part?: boolean
}

/** A member that records inherit from their envelope: its name, and its value as JSON. */
type Inherited = readonly (readonly [name: string, json: string])[]

interface Visit {
  readonly text: string
  /** The start of the text in the document, or the position of the value that it was unpacked from. */
  readonly base: number
  readonly unpacked: boolean
  readonly inherited: Inherited
  readonly depth: number
  readonly options: UnwrapOptions
  /** How many bytes may still be unpacked. */
  readonly budget: { left: number }
}

const deepest = 6
const sampled = 20
const longestInherited = 1_024
/** The limits on the unpacked payloads of one document. */
const mostUnpacked = 64 * 1_048_576

/**
 * Splits a JSON document into the records that it wraps: the list that makes up most of it, next to metadata that its records inherit. A
 * document that is a record itself is returned unchanged, and so is every unwrapped record. Records keep their JSON exactly; inherited
 * members are appended and overwrite none. Never throws.
 */
export function* unwrap(text: string, options: UnwrapOptions = {}): Generator<Unwrapped> {
  const start = skipSpace(text, 0)
  const budget = { left: mostUnpacked }
  const visit: Visit = { text, base: 0, unpacked: false, inherited: [], depth: 0, options, budget }
  const end = endOfValue(text, start)
  if (end < 0) yield { text: text.trim(), at: start, whole: true }
  else yield* unwrapValue(visit, { start, end })
}

function* unwrapValue(visit: Visit, slice: Slice): Generator<Unwrapped> {
  const { text, depth } = visit
  if (depth > deepest) yield toRecord(visit, slice)
  else if (isObjectAt(text, slice.start)) yield* unwrapObject(visit, slice)
  else if (isListAt(text, slice.start)) yield* unwrapList(visit, slice)
  else yield toRecord(visit, slice)
}

function* unwrapList(visit: Visit, slice: Slice): Generator<Unwrapped> {
  const { text, depth, options } = visit
  const items = itemsOf(text, slice.start)
  const isRecords = items.every(({ start }) => isObjectAt(text, start) || (options.all && isStringAt(text, start)))
  if (!isRecords || (items.length === 0 && !options.all)) yield toRecord(visit, slice)
  else yield* unwrapItems({ ...visit, depth: depth + 1 }, items)
}

function* unwrapItems(visit: Visit, items: readonly Slice[]): Generator<Unwrapped> {
  // A part of a document contains records; each of them may be an envelope again.
  const inner = { ...visit, options: {} }
  for (const item of items) {
    const line = stringAt(visit.text, item)
    if (line === undefined) yield* unwrapValue(inner, item)
    else yield { text: line, at: placeOf(visit, item), whole: false }
  }
}

function* unwrapObject(visit: Visit, slice: Slice): Generator<Unwrapped> {
  const { text } = visit
  const members = membersOf(text, slice.start)
  if (visit.depth === 0 && isBulkAction(text, members)) return
  const known = unwrapKnown(visit, slice, members)
  if (known) {
    yield* known
    return
  }
  const lists = listsOf(visit, slice, members)
  if (lists.length > 0) {
    const inherited = inherit(visit, members, lists)
    for (const list of lists)
      yield* unwrapItems({ ...visit, inherited, depth: visit.depth + 1 }, itemsOf(text, list.start))
    return
  }
  const passage = passageOf(visit, slice, members)
  if (!passage) yield toRecord(visit, slice)
  else yield* unwrapObject({ ...visit, inherited: inherit(visit, members, [passage]), depth: visit.depth + 1 }, passage)
}

const named = (members: readonly Member[], ...names: readonly string[]): Member | undefined =>
  members.find(({ name }) => names.includes(name))

/** The line before a document in the body of an Elasticsearch bulk request. It names the target of the document, and is no event. */
const isBulkAction = (text: string, members: readonly Member[]): boolean => {
  const [only] = members
  if (!only || members.length > 1 || !/^(?:index|create|update|delete)$/.test(only.name)) return false
  if (!isObjectAt(text, only.start)) return false
  const inner = membersOf(text, only.start)
  return inner.every(({ name }) => name.startsWith('_') || bulkNames.has(name)) && inner.length < 10
}
const bulkNames = new Set(
  'routing pipeline version version_type require_alias require_data_stream retry_on_conflict if_seq_no if_primary_term dynamic_templates list_executed_pipelines op_type'.split(
    ' ',
  ),
)

/** Unwraps formats that the general rules cannot detect; undefined for others. */
const unwrapKnown = (visit: Visit, slice: Slice, members: readonly Member[]): Iterable<Unwrapped> | undefined => {
  const { text } = visit
  const resources = named(members, 'resourceLogs')
  if (resources && isListAt(text, resources.start)) return unwrapOtlp(visit, resources)
  const [stream, values] = [named(members, 'stream'), named(members, 'values')]
  if (stream && values && isObjectAt(text, stream.start) && isListAt(text, values.start)) {
    return unwrapStream(visit, stream, values)
  }
  const source = named(members, '_source')
  if (source && isObjectAt(text, source.start) && named(members, '_index', '_id')) {
    return unwrapValue({ ...visit, depth: visit.depth + 1 }, source)
  }
  const result = named(members, 'result')
  if (result && isObjectAt(text, result.start) && named(members, 'preview', 'lastrow')) {
    // Splunk exports each result in an object of its own.
    return unwrapValue({ ...visit, depth: visit.depth + 1 }, result)
  }
  const [labels, line, time] = [named(members, 'labels'), named(members, 'line'), named(members, 'timestamp')]
  if (labels && line && time && isObjectAt(text, labels.start) && isStringAt(text, line.start)) {
    return [toLokiRecord(visit, slice, time, line, membersOf(text, labels.start))]
  }
  const results = named(members, 'results')
  if (results && isListAt(text, results.start) && haveFields(text, results)) return unwrapPairs(visit, results)
  const tables = named(members, 'tables', 'Tables')
  if (tables && isListAt(text, tables.start) && haveColumns(text, tables)) return unwrapTables(visit, tables)
  const payload = payloadOf(text, members)
  return payload && unwrapPayload(visit, slice, members, payload)
}

/** Whether the first item of a list is a list of names and values. */
const haveFields = (text: string, results: Slice): boolean => {
  const [row] = itemsOf(text, results.start)
  const [part] = row && isListAt(text, row.start) ? itemsOf(text, row.start) : []
  return part !== undefined && isObjectAt(text, part.start) && named(membersOf(text, part.start), 'field') !== undefined
}

/** Whether the first item of a list is a table with columns and rows. */
const haveColumns = (text: string, tables: Slice): boolean => {
  const [table] = itemsOf(text, tables.start)
  const members = table && isObjectAt(text, table.start) ? membersOf(text, table.start) : []
  return named(members, 'columns', 'Columns') !== undefined && named(members, 'rows', 'Rows') !== undefined
}

/** CloudWatch Logs Insights: each record is a list of `{"field":"@message","value":"…"}`. */
function* unwrapPairs(visit: Visit, results: Slice): Generator<Unwrapped> {
  const { text } = visit
  for (const row of itemsOf(text, results.start)) {
    const parts = isListAt(text, row.start) ? itemsOf(text, row.start) : []
    const pairs = parts.flatMap(({ start }) => {
      const members = isObjectAt(text, start) ? membersOf(text, start) : []
      const [field, value] = [named(members, 'field'), named(members, 'value')]
      return field && value ? [[text.slice(field.start, field.end), text.slice(value.start, value.end)] as const] : []
    })
    yield toRow(visit, row, pairs)
  }
}

/** Azure Monitor: tables with the names of their columns beside the rows. */
function* unwrapTables(visit: Visit, tables: Slice): Generator<Unwrapped> {
  const { text } = visit
  for (const table of itemsOf(text, tables.start)) {
    const members = isObjectAt(text, table.start) ? membersOf(text, table.start) : []
    const [columns, rows] = [named(members, 'columns', 'Columns'), named(members, 'rows', 'Rows')]
    if (!columns || !rows || !isListAt(text, columns.start) || !isListAt(text, rows.start)) continue
    const names = itemsOf(text, columns.start).map(({ start }) => {
      const name = isObjectAt(text, start) ? named(membersOf(text, start), 'name', 'ColumnName') : undefined
      return name && text.slice(name.start, name.end)
    })
    for (const row of itemsOf(text, rows.start)) {
      const cells = isListAt(text, row.start) ? itemsOf(text, row.start) : []
      const pairs = cells.flatMap(({ start, end }, index) => {
        const name = names[index]
        return name === undefined ? [] : [[name, text.slice(start, end)] as const]
      })
      yield toRow(visit, row, pairs)
    }
  }
}

/** Builds a record from names and values, both as JSON. */
const toRow = (visit: Visit, row: Slice, pairs: readonly (readonly [string, string])[]): Unwrapped => {
  const json = `{${pairs.map(([name, value]) => `${name}:${value}`).join(',')}}`
  return { text: appendTo(compact(json), visit.inherited), at: placeOf(visit, row), whole: false }
}

/** OpenTelemetry: the records of all scopes, each with its resource and scope. */
function* unwrapOtlp(visit: Visit, resources: Slice): Generator<Unwrapped> {
  const { text } = visit
  const memberOf = (at: number, ...names: readonly string[]) => named(membersOf(text, at), ...names)
  const carried = (name: string, found: Slice | undefined): Inherited =>
    found ? [[name, compact(text.slice(found.start, found.end))]] : []
  for (const group of itemsOf(text, resources.start)) {
    const resource = carried('resource', memberOf(group.start, 'resource'))
    const scopes = memberOf(group.start, 'scopeLogs', 'instrumentationLibraryLogs')
    for (const part of scopes ? itemsOf(text, scopes.start) : []) {
      const scope = carried('scope', memberOf(part.start, 'scope', 'instrumentationLibrary'))
      const inherited = [...visit.inherited, ...resource, ...scope]
      const records = memberOf(part.start, 'logRecords', 'logs')
      for (const record of records ? itemsOf(text, records.start) : [])
        yield toRecord({ ...visit, inherited, depth: visit.depth + 1 }, record)
    }
  }
}

/** Loki: each value is a time, a line, and optional metadata; only the labels of the stream name its origin. */
function* unwrapStream(visit: Visit, stream: Slice, values: Slice): Generator<Unwrapped> {
  const { text } = visit
  const labels = membersOf(text, stream.start)
  for (const value of itemsOf(text, values.start)) {
    const [time, line, metadata] = isListAt(text, value.start) ? itemsOf(text, value.start) : []
    if (!time || !line) {
      yield* unwrapValue({ ...visit, depth: visit.depth + 1 }, value)
      continue
    }
    const own = metadata && isObjectAt(text, metadata.start) ? membersOf(text, metadata.start) : []
    yield toLokiRecord(visit, value, time, line, [...own, ...labels])
  }
}

/** Builds a record from a time, a line and the labels of its stream, the first of each name. */
const toLokiRecord = (visit: Visit, place: Slice, time: Slice, line: Slice, labels: readonly Member[]): Unwrapped => {
  const { text } = visit
  const said = new Map<string, string>()
  for (const { name, start, end } of labels) {
    if (name !== 'timestamp' && name !== 'message' && !said.has(name)) said.set(name, text.slice(start, end))
  }
  const rest = [...said].map(([name, json]) => `,"${name}":${json}`).join('')
  const json = `{"timestamp":${text.slice(time.start, time.end)},"message":${text.slice(line.start, line.end)}${rest}}`
  return { text: appendTo(compact(json), visit.inherited), at: placeOf(visit, place), whole: false }
}

interface Payload {
  readonly data: Slice
  /** Members that describe the payload, not its content. */
  readonly about: readonly Member[]
}

/** Base64 that is all of a message: Kinesis Firehose, Kinesis, Google Pub/Sub, CloudWatch Logs to Lambda. */
const payloadOf = (text: string, members: readonly Member[]): Payload | undefined => {
  const inner = named(members, 'awslogs', 'kinesis', 'message')
  const within = inner && isObjectAt(text, inner.start) ? membersOf(text, inner.start) : members
  const data = named(within, 'data')
  if (!data || !isStringAt(text, data.start) || data.end - data.start < 6) return undefined
  const about = within.filter((member) => member !== data)
  const sure =
    within !== members
      ? about.every(({ name }) => payloadNames.has(name))
      : about.every(({ name }) => firehoseNames.has(name))
  return sure && isBase64(text, data) ? { data, about } : undefined
}
const payloadNames = new Set(
  'messageId message_id publishTime publish_time attributes orderingKey partitionKey sequenceNumber kinesisSchemaVersion approximateArrivalTimestamp encryptionType'.split(
    ' ',
  ),
)
const firehoseNames = new Set('recordId approximateArrivalTimestamp kinesisRecordMetadata'.split(' '))

const isBase64 = (text: string, { start, end }: Slice): boolean =>
  (end - start - 2) % 4 === 0 && /^[A-Za-z0-9+/_-]+={0,2}$/.test(text.slice(start + 1, end - 1))

function* unwrapPayload(
  visit: Visit,
  slice: Slice,
  members: readonly Member[],
  { data, about }: Payload,
): Generator<Unwrapped> {
  const { text, budget } = visit
  const unpacked = decodePayload(text.slice(data.start + 1, data.end - 1), budget)
  if (unpacked === undefined) {
    yield toRecord(visit, slice)
    return
  }
  const base = placeOf(visit, slice)
  const attributes = named(about, 'attributes')
  const time = named(about, 'publishTime', 'publish_time')
  const carried: Inherited = [
    ...visit.inherited,
    ...(attributes && isObjectAt(text, attributes.start) ? membersOf(text, attributes.start) : [])
      .filter(({ name }) => isInherited(name))
      .map(({ name, start, end }) => [name, text.slice(start, end)] as const),
    ...(time ? [['publishTime', text.slice(time.start, time.end)] as const] : []),
    ...members
      .filter(({ name }) => name === 'subscription')
      .map(({ name, start, end }) => [name, text.slice(start, end)] as const),
  ]
  const inner: Visit = {
    ...visit,
    text: unpacked,
    base,
    unpacked: true,
    inherited: carried,
    depth: visit.depth + 1,
    options: {},
  }
  for (const value of jsonValues(unpacked)) {
    if (value.isJson) yield* unwrapValue(inner, value)
    else yield { text: unpacked.slice(value.start, value.end), at: base, whole: false }
  }
}

/** A value of a text, or a line of it that is not JSON. */
interface Value extends Slice {
  readonly isJson: boolean
}

/** The consecutive values of a text: JSON with or without line breaks between, else lines. */
export function* jsonValues(text: string): Generator<Value> {
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, at)) {
    const end = isObjectAt(text, at) || isListAt(text, at) ? endOfValue(text, at) : -1
    const line = text.indexOf('\n', at)
    const stop = end >= 0 ? end : line < 0 ? text.length : line
    yield { start: at, end: stop, isJson: end >= 0 }
    at = stop
    if (end >= 0 && text.charCodeAt(skipSpace(text, at)) === comma) at = skipSpace(text, at) + 1
  }
}
const comma = 0x2c

/** The lists with the main content of the document; none if it is a record itself. */
const listsOf = (visit: Visit, slice: Slice, members: readonly Member[]): readonly Member[] => {
  const { text, options } = visit
  const lists = members.filter(({ start, name }) => isListAt(text, start) && name !== 'alerts')
  if (lists.length === 0) return []
  const logs = options.all ? lists.find(({ name }) => name === 'logs') : undefined
  const isLine = ({ start }: Slice): boolean => isObjectAt(text, start) || isStringAt(text, start)
  if (logs && itemsOf(text, logs.start).every(isLine)) return [logs]
  if (!options.part && isEvent(text, members)) return []
  const entries = lists.map((list) => ({ list, items: itemsOf(text, list.start) }))
  const few = members.length <= 4 && !members.some(({ name }) => isTimeName(name))
  const size = lists.reduce((sum, { start, end }) => sum + end - start, 0)
  const isBulk = size * 2 > slice.end - slice.start
  const isSureList = ({ name }: Member): boolean => isSureListName(name) && few
  const full = entries.filter(({ items }) => items.length > 0)
  const found = full.filter(({ list, items }) => {
    const isSure = isSureList(list)
    if (options.all && isSure && items.every(({ start }) => isStringAt(text, start))) return true
    if (!items.every(({ start }) => isObjectAt(text, start))) return false
    if (options.part || isSure) return true
    return areRecords(text, items) && (isListName(list.name) || isBulk)
  })
  // An envelope without records is empty; next to a list without records, it would hide that list.
  if (full.length > 0 && found.length === 0) return []
  return entries
    .filter((entry) => found.includes(entry) || (entry.items.length === 0 && isSureList(entry.list)))
    .map(({ list }) => list)
}

/** Whether an object has its own time and message: then a list in it is a part of the message. */
const isEvent = (text: string, members: readonly Member[]): boolean => {
  const said = members.filter(
    ({ start, end }) => !isListAt(text, start) && end - start > 2 && text.slice(start, end) !== 'null',
  )
  const names = said.map(({ name }) => name)
  const timed =
    said.some(({ name, start, end }) => isTimeName(name) && end - start >= 10) ||
    said.some(
      ({ name, start }) => /^(?:id|event|metadata)$/.test(name) && isObjectAt(text, start) && namesTime(text, start),
    )
  const deeds = said.filter(({ name, start, end }) => isDeedName(name) && !isPleasantry(text.slice(start, end))).length
  if (deeds > 0) return true
  return names.filter(isSubjectName).length >= (timed ? 1 : 3)
}

/** The members next to the lists in responses of APIs. */
const isPleasantry = (json: string): boolean => /^"(?:ok|success\w*|done|DATA_MESSAGE|CONTROL_MESSAGE)\.?"$/i.test(json)

const namesTime = (text: string, at: number): boolean => membersOf(text, at).some(({ name }) => isTimeName(name))

/** Whether the items of a list are records: most of a sample have a time, or a message. */
const areRecords = (text: string, items: readonly Slice[]): boolean => {
  const some = items.slice(0, sampled)
  const good = some.filter(({ start }) => isRecordLike(text, start)).length
  return good * 2 >= some.length
}

const isRecordLike = (text: string, at: number): boolean => {
  const members = membersOf(text, at)
  if (members.some(({ name, start, end }) => isTimeName(name) && end - start >= 10)) return true
  if (members.some(({ name }) => /^(?:message|msg|@message|eventName|logEvents|resourceLogs|_source)$/.test(name)))
    return true
  if (named(members, 'stream') && named(members, 'values')) return true
  if (payloadOf(text, members)) return true
  return members.some(
    ({ name, start }) =>
      isObjectAt(text, start) &&
      (isPassage(name) || /^(?:id|event|metadata|system)$/i.test(name)) &&
      namesTime(text, start),
  )
}

/** The one object that leads to the list of a document that is no record. */
const passageOf = (visit: Visit, slice: Slice, members: readonly Member[]): Member | undefined => {
  const { text, options } = visit
  const passage = members.find(({ name, start }) => isPassage(name) && isObjectAt(text, start))
  if (!passage || visit.depth >= deepest) return undefined
  if (
    !options.part &&
    (isEvent(
      text,
      members.filter((one) => one !== passage),
    ) ||
      (passage.end - passage.start) * 2 < slice.end - slice.start)
  ) {
    return undefined
  }
  const inner = membersOf(text, passage.start)
  const isEnvelope =
    (!isEvent(text, inner) || options.part) &&
    inner.some(({ start, name }) => {
      const items = isListAt(text, start) ? itemsOf(text, start) : []
      return (
        items.length > 0 &&
        isListName(name) &&
        items.every((item) => isObjectAt(text, item.start)) &&
        areRecords(text, items)
      )
    })
  return isEnvelope ? passage : undefined
}

/** The members that the records of a document inherit: short ones that are no bookkeeping. */
const inherit = ({ text, inherited }: Visit, members: readonly Member[], lists: readonly Slice[]): Inherited => [
  ...inherited,
  ...members
    .filter((member) => !lists.includes(member) && !isListAt(text, member.start))
    .filter(
      ({ name, start, end }) =>
        end - start <= longestInherited && isInherited(name) && text.slice(start, end) !== 'null',
    )
    .map(({ name, start, end }) => [name, compact(text.slice(start, end))] as const),
]

const placeOf = ({ base, unpacked }: Visit, { start }: Slice): number => (unpacked ? base : base + start)

const toRecord = (visit: Visit, slice: Slice): Unwrapped => ({
  text: appendTo(compact(visit.text.slice(slice.start, slice.end)), visit.inherited),
  at: placeOf(visit, slice),
  whole: visit.depth === 0 && !visit.unpacked,
})

/** Adds members behind an object's own. */
const appendTo = (json: string, inherited: Inherited): string => {
  if (inherited.length === 0 || !json.startsWith('{') || !json.endsWith('}')) return json
  const own = new Set(membersOf(json, 0).map(({ name }) => plainFieldName(name)))
  const added: string[] = []
  // The innermost envelope takes precedence.
  for (const [name, value] of inherited.toReversed()) {
    if (saysItself(own, name)) continue
    own.add(plainFieldName(name))
    added.push(`"${name}":${value}`)
  }
  if (added.length === 0) return json
  const body = json.slice(0, -1).trimEnd()
  return `${body}${body === '{' ? '' : ','}${added.reverse().join(',')}}`
}
