import type { ToldRow } from './rows.ts'

/** One thing that an import changes. */
export interface PlannedChange<Item> {
  readonly id: string
  readonly change: 'new' | 'changed'
  readonly item: Item
  /** The changed fields; empty for a new thing. */
  readonly fields: readonly { readonly field: string; readonly before: unknown; readonly after: unknown }[]
}

interface PlanOptions<Item, Row> {
  readonly rows: readonly ToldRow<Row>[]
  /** Finds what is known of the thing that a row is about. */
  find(row: ToldRow<Row>): Item | undefined
  idOf(item: Item): string
  /** Lays a row over what was known. */
  apply(row: ToldRow<Row>, before: Item | undefined): Item
  /** ISO 8601. */
  readonly now: string
}

export interface Plan<Item> {
  readonly changes: readonly PlannedChange<Item>[]
  readonly unchanged: number
}

/** Says what an import would change. Rows that turn out to be about one thing are laid over it one after another. */
export const planImport = <Item extends { readonly updated_at: string }, Row>(
  options: PlanOptions<Item, Row>,
): Plan<Item> => {
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
