import { type Kysely, sql } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'

/** The type of a column; `?` is nullable, `key` is (part of) the primary key. */
type Column =
  | 'text'
  | 'text?'
  | 'text key'
  | `text default '${string}'`
  | 'number'
  | 'number?'
  | 'number key'
  | `number default ${number}`
  | 'real'
  | 'blob'

interface Indexing {
  /** Creates the table and an index for each list of columns. */
  index(...lists: readonly (readonly string[])[]): Promise<void>
}

/** Creates tables from a map of columns, with the types of the database. */
export const createTable =
  (db: Kysely<unknown>, types: ColumnTypes) =>
  (name: string, columns: Readonly<Record<string, Column>>): Indexing => ({
    async index(...lists) {
      const entries = Object.entries(columns)
      const keys = entries.filter(([, kind]) => kind.endsWith(' key')).map(([column]) => column)
      const definitions = entries.map(
        ([column, kind]) => sql`${sql.ref(column)} ${sql.raw(definitionOf(kind, keys.length === 1, types))}`,
      )
      await sql`create table ${sql.table(name)} (${sql.join(definitions)}, primary key (${list(keys)}))`.execute(db)
      for (const indexed of lists) {
        const index = sql.id(`${name}_${indexed.join('_')}`)
        await sql`create index ${index} on ${sql.table(name)} (${list(indexed)})`.execute(db)
      }
    },
  })

const list = (columns: readonly string[]) => sql.join(columns.map((column) => sql.ref(column)))

const definitionOf = (kind: Column, onlyKey: boolean, types: ColumnTypes): string => {
  const type = typeOf(kind, onlyKey, types)
  if (kind.endsWith('?')) return type
  const [, value] = kind.split(' default ')
  return value === undefined ? `${type} not null` : `${type} not null default ${value}`
}

const typeOf = (kind: Column, onlyKey: boolean, types: ColumnTypes): string => {
  if (kind === 'blob') return types.blob
  if (kind === 'real') return 'double precision'
  if (kind === 'number key' && onlyKey) return types.key
  return kind.startsWith('number') ? 'bigint' : 'text'
}
