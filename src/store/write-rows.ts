import { ExpressionWrapper, type Insertable, PrimitiveValueListNode, type RawBuilder, sql, ValuesNode } from 'kysely'
import type { Tables, Transaction } from './database.ts'
import type { DatabaseRow } from './dialects/dialect.ts'

/** How many rows or values go into one statement: few enough for every database. */
const mostAtOnce = 500

/** Cuts a list so that each part fits into one statement. */
export const batches = <Item>(items: readonly Item[], size = mostAtOnce): readonly (readonly Item[])[] => {
  const parts: (readonly Item[])[] = []
  for (let start = 0; start < items.length; start += size) parts.push(items.slice(start, start + size))
  return parts
}

type Column<Table extends keyof Tables> = keyof Tables[Table] & string
type NewRow<Table extends keyof Tables> = Insertable<Tables[Table]>

/** Inserts rows, which all have the same columns. */
export const insertRows = async <Table extends keyof Tables>(
  tx: Transaction,
  table: Table,
  rows: readonly NewRow<Table>[],
): Promise<void> => {
  for (const part of batches(rows)) await insertion(table, part).execute(tx)
}

/** Inserts missing rows, and leaves existing ones unchanged; returns how many it inserted. */
export const insertNew = async <Table extends keyof Tables>(
  tx: Transaction,
  table: Table,
  rows: readonly NewRow<Table>[],
): Promise<number> => {
  let inserted = 0
  for (const part of batches(rows)) {
    const { numAffectedRows } = await sql`${insertion(table, part)} on conflict do nothing`.execute(tx)
    inserted += Number(numAffectedRows ?? 0)
  }
  return inserted
}

/** The handling of a row that already exists. */
interface Conflict<Table extends keyof Tables> {
  /** The columns that identify a row. */
  readonly key: readonly Column<Table>[]
  /** Columns that stay unchanged. */
  readonly keep?: readonly Column<Table>[]
  /** Columns that are calculated from the existing row and the new one, which is called `excluded`. */
  readonly set?: { readonly [Name in Column<Table>]?: RawBuilder<Tables[Table][Name]> }
  /** Updates only the rows that match this. */
  readonly where?: RawBuilder<boolean>
}

/** Inserts rows; where a row exists already, replaces its columns by those of the new one. One call may name a row only once. */
export const upsert = async <Table extends keyof Tables>(
  tx: Transaction,
  table: Table,
  rows: readonly NewRow<Table>[],
  { key, keep = [], set = {}, where }: Conflict<Table>,
): Promise<void> => {
  const fixed: ReadonlySet<string> = new Set([...key, ...keep])
  const calculated = new Map<string, RawBuilder<unknown>>(Object.entries(set))
  const changes = columnsOf(rows)
    .filter((column) => !fixed.has(column))
    .map((column) => sql`${sql.raw(`"${column}" = `)}${calculated.get(column) ?? sql.raw(`excluded."${column}"`)}`)
  const conflict = sql` on conflict (${names(key)}) do update set ${sql.join(changes)}${where ? sql` where ${where}` : sql``}`
  const sorted = rows.length > 1 ? rows.toSorted(byColumns(key)) : rows
  for (const part of batches(sorted)) await sql`${insertion(table, part)}${conflict}`.execute(tx)
}

/** Orders rows by a key. Transactions that lock the same rows in different orders would wait for each other until one is cancelled. */
const byColumns =
  (columns: readonly string[]) =>
  (a: DatabaseRow, b: DatabaseRow): number => {
    for (const column of columns) {
      const [one, other] = [keyValueOf(a, column), keyValueOf(b, column)]
      if (one !== other) return one < other ? -1 : 1
    }
    return 0
  }

const keyValueOf = (row: DatabaseRow, column: string): string | number => {
  const value = row[column]
  return typeof value === 'number' ? value : String(value)
}

/** A statement that inserts rows with the same columns, as many as fit into one. */
export const insertion = (table: string, rows: readonly DatabaseRow[]): RawBuilder<unknown> => {
  const columns = columnsOf(rows)
  const lists = rows.map((row) => PrimitiveValueListNode.create(columns.map((column) => row[column])))
  // One node for all values: an expression for each of them doubles the time of the insertion.
  const values = new ExpressionWrapper<unknown, never, unknown>(ValuesNode.create(lists))
  return sql`insert into ${sql.table(table)} (${names(columns)}) ${values}`
}

const columnsOf = (rows: readonly DatabaseRow[]): readonly string[] => Object.keys(rows[0] ?? {})

/** As text: a node for each column costs more than the rest of the statement. */
const names = (columns: readonly string[]) =>
  sql.raw(columns.map((column) => `"${column.replaceAll('"', '""')}"`).join(', '))
