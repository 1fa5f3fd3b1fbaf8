import { createHash } from 'node:crypto'
import { type Selectable, sql } from 'kysely'
import { type AccountRole, accountRole } from '../../schema/account/account.ts'
import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import type { UserRow } from '../inventory/people-tables.ts'
import { insertNew } from '../write-rows.ts'

/** A person who may sign in. */
export interface Account {
  readonly id: string
  /** Lower case. */
  readonly username: string
  readonly email: string | null
  readonly full_name: string | null
  readonly role: AccountRole
  readonly is_active: boolean
  /** Argon2id, in the PHC string format; null when they have no password. */
  readonly password_hash: string | null
  /** The subject at their identity provider; null without one. */
  readonly subject: string | null
  readonly created_at: number
  readonly updated_at: number
  readonly last_login_at: number | null
}

export interface AccountStore {
  get(id: string): Promise<Account | undefined>
  /** By the name they sign in with, in lower case. */
  named(username: string): Promise<Account | undefined>
  ofSubject(subject: string): Promise<Account | undefined>
  /** By name. */
  list(): Promise<readonly Account[]>
  havePasswords(): Promise<boolean>
  /** Creates an account, for the imported user of that name if there is one; undefined if the name already has an account. */
  create(account: Omit<Account, 'id' | 'last_login_at'>, tx: Transaction): Promise<Account | undefined>
  change(id: string, changes: Partial<Omit<Account, 'id' | 'username' | 'created_at'>>, tx: Transaction): Promise<void>
}

const columns = [
  'id',
  'username',
  'email',
  'full_name',
  'role',
  'is_active',
  'password_hash',
  'subject',
  'created_at',
  'updated_at',
  'last_login_at',
] as const
type AccountRow = Pick<Selectable<UserRow>, (typeof columns)[number]>

/** Stores accounts: rows of `users` that have a role. */
export const createAccountStore = ({ read }: StoreConnections): AccountStore => {
  const accounts = () => read.selectFrom('users').select(columns).where('role', 'is not', null)
  return {
    async get(id) {
      return present(await accounts().where('id', '=', id).executeTakeFirst())
    },

    async named(username) {
      return present(await accounts().where(sql`lower(username)`, '=', username).executeTakeFirst())
    },

    async ofSubject(subject) {
      return present(await accounts().where('subject', '=', subject).executeTakeFirst())
    },

    async list() {
      return (await accounts().orderBy('username').execute()).map(fromRow)
    },

    async havePasswords() {
      const row = await accounts().where('password_hash', 'is not', null).limit(1).executeTakeFirst()
      return row !== undefined
    },

    async create(account, tx) {
      const { created_at, ...rest } = account
      const values = { ...rest, is_active: account.is_active ? 1 : 0 }
      const person = await tx
        .selectFrom('users')
        .select(['id', 'email', 'full_name'])
        .where(sql`lower(username)`, '=', account.username)
        .orderBy('role')
        .executeTakeFirst()
      if (person) {
        const { email, full_name } = person
        const known = { email: account.email ?? email, full_name: account.full_name ?? full_name }
        const { numUpdatedRows } = await tx
          .updateTable('users')
          .set({ ...values, ...known })
          .where('id', '=', person.id)
          .where('role', 'is', null)
          .executeTakeFirst()
        return numUpdatedRows > 0n ? { ...account, ...known, id: person.id, last_login_at: null } : undefined
      }
      const id = idOf(account.username)
      const added = await insertNew(tx, 'users', [{ ...values, id, created_at, body: '{}' }])
      return added > 0 ? { ...account, id, last_login_at: null } : undefined
    },

    async change(id, { is_active, ...changes }, tx) {
      await tx
        .updateTable('users')
        .set({ ...changes, ...(is_active !== undefined && { is_active: is_active ? 1 : 0 }) })
        .where('id', '=', id)
        .where('role', 'is not', null)
        .execute()
    },
  }
}

const present = (row: AccountRow | undefined): Account | undefined => row && fromRow(row)

const fromRow = (row: AccountRow): Account => ({
  ...row,
  username: row.username.toLowerCase(),
  role: accountRole.parse(row.role),
  is_active: row.is_active === 1,
})

/** A UUID derived from the name, so that two concurrent attempts to create the same account cannot both succeed. */
const idOf = (username: string): string =>
  createHash('sha256')
    .update(`account:${username}`)
    .digest('hex')
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5')
