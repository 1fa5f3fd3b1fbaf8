import { type Kysely, sql } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'

/** Turns the documents of alerts and detections into bytes, and drops the second copy of triage results. */
export const packedDocuments = async (db: Kysely<unknown>, { blob }: ColumnTypes): Promise<void> => {
  for (const table of ['alerts', 'detections']) {
    const body =
      blob === 'bytea'
        ? sql`alter table ${sql.table(table)} alter column body type bytea using convert_to(body, 'UTF8')`
        : // A column of SQLite holds values of any type.
          sql`update ${sql.table(table)} set body = cast(body as blob)`
    await body.execute(db)
  }
  await sql`alter table triage_results drop column body`.execute(db)
}
