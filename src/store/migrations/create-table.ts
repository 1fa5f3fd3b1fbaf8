import { type Kysely, sql } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'

/** What a column holds; `?` may be null, `key` is (part of) the key. */
type Column = 'text' | 'text?' | 'text key' | 'number' | 'number?' | 'number key' | 'real' | 'blob'

interface Indexing {
  /** Makes the table and an index for each list of columns. */
  index(...lists: readonly (readonly string[])[]): Promise<void>
}

/** Makes tables from a map of columns, in the types of the database at hand. */
export const createTable =
  (db: Kysely<unknown>, types: ColumnTypes) =>
  (name: string, columns: Readonly<Record<string, Column>>): Indexing => ({
    async index(...lists) {
      const entries = Object.entries(columns)
      const keys = entries.filter(([, kind]) => kind.endsWith(' key')).map(([column]) => column)
      const definitions = entries.map(([column, kind]) => {
        const type = sql.raw(typeOf(kind, keys.length === 1, types))
        return kind.endsWith('?') ? sql`${sql.ref(column)} ${type}` : sql`${sql.ref(column)} ${type} not null`
      })
      await sql`create table ${sql.table(name)} (${sql.join(definitions)}, primary key (${list(keys)}))`.execute(db)
      for (const indexed of lists) {
        const index = sql.id(`${name}_${indexed.join('_')}`)
        await sql`create index ${index} on ${sql.table(name)} (${list(indexed)})`.execute(db)
      }
    },
  })

const list = (columns: readonly string[]) => sql.join(columns.map((column) => sql.ref(column)))

const typeOf = (kind: Column, onlyKey: boolean, types: ColumnTypes): string => {
  if (kind === 'blob') return types.blob
  if (kind === 'real') return 'double precision'
  if (kind === 'number key' && onlyKey) return types.key
  return kind.startsWith('number') ? 'bigint' : 'text'
}

/** Adds columns to a table that may have rows: each may be null, or says what the rows that are there get. */
export const addColumns = async (
  db: Kysely<unknown>,
  name: string,
  columns: Readonly<Record<string, 'text?' | 'number?' | { readonly text: string } | { readonly number: number }>>,
): Promise<void> => {
  for (const [column, kind] of Object.entries(columns)) {
    const definition =
      kind === 'text?'
        ? sql`text`
        : kind === 'number?'
          ? sql`bigint`
          : 'text' in kind
            ? sql`text not null default ${sql.lit(kind.text)}`
            : sql`bigint not null default ${sql.lit(kind.number)}`
    await sql`alter table ${sql.table(name)} add column ${sql.ref(column)} ${definition}`.execute(db)
  }
}
