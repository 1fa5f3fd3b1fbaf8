import Database from 'better-sqlite3'

/** The type of a column of an older system; each database has its own word for it. */
type ColumnType = 'serial' | 'uuid' | 'text' | 'int' | 'real' | 'bool' | 'json' | 'time' | 'inet' | 'texts'

/** A table of an older system with its rows. */
export interface FormerTableRows {
  readonly columns: Readonly<Record<string, ColumnType>>
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}
export type FormerTables = Readonly<Record<string, FormerTableRows>>

export type FormerDialect = 'sqlite' | 'postgres' | 'mysql'

const types: Readonly<Record<FormerDialect, Readonly<Record<ColumnType, string>>>> = {
  sqlite: {
    ...{ serial: 'integer primary key autoincrement', uuid: 'text', text: 'text', int: 'integer', real: 'real' },
    ...{ bool: 'boolean', json: 'json', time: 'datetime', inet: 'text', texts: 'json' },
  },
  postgres: {
    ...{ serial: 'serial primary key', uuid: 'uuid', text: 'varchar', int: 'integer', real: 'double precision' },
    ...{ bool: 'boolean', json: 'jsonb', time: 'timestamptz', inet: 'inet', texts: 'text[]' },
  },
  mysql: {
    ...{ serial: 'int auto_increment primary key', uuid: 'char(36)', text: 'varchar(500)', int: 'int', real: 'double' },
    ...{ bool: 'tinyint(1)', json: 'json', time: 'datetime(3)', inet: 'varchar(45)', texts: 'json' },
  },
}

/** Writes the statements that make the database of an older system, as its own code would have. */
export const formerStatements = (tables: FormerTables, dialect: FormerDialect): readonly string[] =>
  Object.entries(tables).flatMap(([name, { columns, rows }]) => {
    const quote = (column: string) => (dialect === 'mysql' ? `\`${column}\`` : `"${column}"`)
    const defined = Object.entries(columns).map(([column, type]) => `${quote(column)} ${types[dialect][type]}`)
    return [
      `create table ${name} (${defined.join(', ')})`,
      ...rows.map((row) => {
        const given = Object.entries(columns).filter(([column]) => row[column] !== undefined)
        const values = given.map(([column, type]) => literal(row[column], type, dialect))
        return `insert into ${name} (${given.map(([column]) => quote(column)).join(', ')}) values (${values.join(', ')})`
      }),
    ]
  })

const literal = (value: unknown, type: ColumnType, dialect: FormerDialect): string => {
  if (value === null) return 'null'
  const text = (given: string) =>
    `'${(dialect === 'mysql' ? given.replaceAll('\\', '\\\\') : given).replaceAll("'", "''")}'`
  if (type === 'bool') return dialect === 'postgres' ? String(value) : value ? '1' : '0'
  if (type === 'texts' && dialect === 'postgres' && Array.isArray(value)) {
    return text(`{${value.map((item) => `"${item}"`).join(',')}}`)
  }
  if (type === 'json' || type === 'texts') return text(JSON.stringify(value))
  if (type === 'time' && dialect === 'mysql') return text(String(value).slice(0, 23).replace('T', ' ').replace('Z', ''))
  return typeof value === 'number' ? String(value) : text(String(value))
}

/** Makes a SQLite file with the tables of an older system. */
export const writeFormerFile = (file: string, tables: FormerTables): void => {
  const database = new Database(file)
  database.exec(['begin', ...formerStatements(tables, 'sqlite'), 'commit'].join(';'))
  database.close()
}
