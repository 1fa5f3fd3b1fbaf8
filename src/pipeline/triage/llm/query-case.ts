import { createHash } from 'node:crypto'
import { createMasker, type Masker, plainText, secretTaken } from '../../../lib/redaction/redaction.ts'
import type { ResultRecord } from '../../../schema/query-result.ts'
import type { RedactionPolicy } from './case.ts'

/** A query with its results. */
export interface AskedQuery {
  readonly query: string
  readonly operation_name: string | null
  readonly role: string | null
  readonly dataset: string
  readonly records: readonly ResultRecord[]
  readonly former: readonly ResultRecord[]
}

/** A query in the form that a model sees. */
export interface QueryCase {
  /** The JSON for the prompt. */
  readonly data: string
  /** The shown records, without masking. */
  readonly records: readonly string[]
  /** All other shown data, without masking. */
  readonly rest: string
  readonly masker: Masker
  /** A hash of everything shown. */
  readonly hash: string
}

const longest = { query: 6_000, name: 80, value: 200 }
/** How many characters the rows may have, now and earlier each. */
export const mostRowText = 24_000
const mostFields = 40

/**
 * Builds a model's data from a query. All text is plain and masked, including field names. Values of sensitive fields, and rows that do not
 * fit, are left out.
 *
 * @param isSensitive whether the values of a field must not be sent
 * @param mostRows about how many characters the rows may have, now and earlier each; one row is always shown
 */
export const queryCaseOf = (
  { query, operation_name, role, dataset, records, former }: AskedQuery,
  names: RedactionPolicy['names'],
  isSensitive: (field: string) => boolean,
  mostRows = mostRowText,
): QueryCase => {
  const masker = createMasker({ treatment: names })
  const mask = (text: string): string => masker.mask(plainText(text))
  const shown = fitting(records, mostRows)
  const before = fitting(former, mostRows)
  const toRow = (record: ResultRecord): object =>
    Object.fromEntries(
      Object.entries(record)
        .slice(0, mostFields)
        .map(([name, value]) => [
          mask(name.slice(0, longest.name)),
          isSensitive(name) ? secretTaken : shownValue(value, mask),
        ]),
    )
  const head = {
    query: query.slice(0, longest.query),
    operation: operation_name ?? '',
    role: role ?? '',
    dataset,
  }
  const data = JSON.stringify(
    {
      ...Object.fromEntries(Object.entries(head).map(([name, text]) => [name, mask(text)])),
      records: shown.map((record, index) => ({ index, ...toRow(record) })),
      former: before.map(toRow),
    },
    undefined,
    1,
  )
  return {
    data,
    records: shown.map(plainOf),
    rest: [...Object.values(head), ...before.map(plainOf)].map(plainText).join('\n'),
    masker,
    hash: createHash('sha256').update(data).digest('hex'),
  }
}

/** Returns the first rows that fit. */
const fitting = (rows: readonly ResultRecord[], most: number): readonly ResultRecord[] => {
  let room = most
  const end = rows.findIndex((row) => {
    room -= Math.min(JSON.stringify(row).length, mostFields * (longest.name + longest.value))
    return room < 0
  })
  return end < 0 ? rows : rows.slice(0, Math.max(1, end))
}

const shownValue = (value: unknown, mask: (text: string) => string): unknown => {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return mask(value.slice(0, longest.value))
  const text = (JSON.stringify(value) ?? '').slice(0, longest.value)
  const masked = mask(text)
  return typeof value === 'number' && masked === text ? value : masked
}

const plainOf = (record: ResultRecord): string => plainText(JSON.stringify(record))
