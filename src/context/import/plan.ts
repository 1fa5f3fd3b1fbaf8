import type { ImportedRow } from './rows.ts'

/** One item that an import changes. */
export interface PlannedChange<Item> {
  readonly id: string
  readonly change: 'new' | 'changed'
  readonly item: Item
  /** The changed fields; empty for a new item. */
  readonly fields: readonly { readonly field: string; readonly before: unknown; readonly after: unknown }[]
}

interface PlanOptions<Item, Row> {
  readonly rows: readonly ImportedRow<Row>[]
  /** Finds the existing item of a row. */
  find(row: ImportedRow<Row>): Item | undefined
  idOf(item: Item): string
  /** Merges a row into the existing item. */
  apply(row: ImportedRow<Row>, before: Item | undefined): Item
  /** ISO 8601. */
  readonly now: string
}

export interface ImportPlan<Item> {
  readonly changes: readonly PlannedChange<Item>[]
  readonly unchanged: number
}

/** Calculates the changes of an import. Several rows about the same item are merged in order. */
export const planImport = <Item extends { readonly updated_at: string }, Row>(
  options: PlanOptions<Item, Row>,
): ImportPlan<Item> => {
  const { rows, find, idOf, apply, now } = options
  const touched = new Map<string, { readonly before: Item | undefined; after: Item }>()
  for (const row of rows) {
    const before = find(row)
    const known = before && touched.get(idOf(before))
    const after = apply(row, known?.after ?? before)
    if (known) known.after = after
    else touched.set(idOf(after), { before, after })
  }
  const changes = [...touched].flatMap(([id, { before, after }]) => compare(id, before, after, now) ?? [])
  return { changes, unchanged: touched.size - changes.length }
}

const compare = <Item extends { readonly updated_at: string }>(
  id: string,
  before: Item | undefined,
  after: Item,
  now: string,
): PlannedChange<Item> | undefined => {
  if (!before) return { id, change: 'new', item: after, fields: [] }
  const known = new Map<string, unknown>(Object.entries(before))
  const fields = Object.entries<unknown>(after).flatMap(([field, value]) =>
    JSON.stringify(value) === JSON.stringify(known.get(field))
      ? []
      : [{ field, before: known.get(field) ?? null, after: value }],
  )
  return fields.length === 0 ? undefined : { id, change: 'changed', item: { ...after, updated_at: now }, fields }
}
