import { type Kysely, sql } from 'kysely'
import type { ColumnTypes } from '../dialects/dialect.ts'
import { addColumns } from './create-table.ts'

/** Who signs in with a password or through a provider, and whose a session is. */
export const accounts = async (db: Kysely<unknown>, _types: ColumnTypes): Promise<void> => {
  await addColumns(db, 'users', {
    phone: 'text?',
    mfa_enabled: { number: 0 },
    mfa_secret: 'text?',
    is_verified: { number: 0 },
    subject: 'text?',
  })
  await sql`create index users_subject on users (subject)`.execute(db)
  await addColumns(db, 'tokens', { user_id: 'text?' })
  await sql`create index tokens_user_id on tokens (user_id)`.execute(db)
}
