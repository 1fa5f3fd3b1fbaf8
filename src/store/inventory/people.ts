import { type Insertable, sql } from 'kysely'
import type { Person } from '../../schema/inventory/person.ts'
import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import { fromJson, toJson } from '../json.ts'
import { listPage } from '../page.ts'
import { upsert } from '../write-rows.ts'
import type { ImportedStore } from './imported-store.ts'
import type { UserRow } from './people-tables.ts'

export interface PersonStore extends ImportedStore<Person> {
  /** Returns the names of all users, including accounts without imported facts. */
  names(): Promise<readonly { readonly id: string; readonly username: string }[]>
  /** Removes the imported facts of a user; an account can still sign in. */
  remove(id: string, tx: Transaction): Promise<boolean>
}

/** The `body` of an account without imported facts. */
const noFacts = '{}'

/**
 * Stores imported users in the table `users`, which also contains the accounts. Never changes a password, role or last sign-in, nor
 * the name, email address or active state of an account that can sign in.
 */
export const createPersonStore = ({ read }: StoreConnections): PersonStore => ({
  async save(people, tx) {
    const newest = new Map(people.map((person) => [person.user_id, toRow(person)]))
    await upsert(tx, 'users', [...newest.values()], {
      key: ['id'],
      keep: ['password_hash', 'role', 'created_at', 'last_login_at'],
      set: {
        username: unlessSignsIn('username'),
        email: unlessSignsIn('email'),
        is_active: unlessSignsIn('is_active'),
      },
    })
  },

  async get(id) {
    const row = await read
      .selectFrom('users')
      .select('body')
      .where('id', '=', id)
      .where('body', '<>', noFacts)
      .executeTakeFirst()
    return row && fromJson<Person>(row.body)
  },

  list: (query) =>
    listPage<Person>(query, (after, limit) => {
      let rows = read
        .selectFrom('users')
        .select(['created_at as time', 'id', 'body'])
        .where('body', '<>', noFacts)
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
      if (after) {
        rows = rows.where((where) => where(where.refTuple('created_at', 'id'), '<', where.tuple(after.time, after.id)))
      }
      return rows.execute()
    }),

  async all() {
    const rows = await read.selectFrom('users').select('body').where('body', '<>', noFacts).orderBy('id').execute()
    return rows.map(({ body }) => fromJson<Person>(body))
  },

  names: () => read.selectFrom('users').select(['id', 'username']).execute(),

  async state() {
    const row = await read
      .selectFrom('users')
      .select(({ fn }) => [fn.countAll<number>().as('count'), fn.max('updated_at').as('newest')])
      .where('body', '<>', noFacts)
      .executeTakeFirst()
    return `${row?.count ?? 0} ${row?.newest ?? 0}`
  },

  async remove(id, tx) {
    const { numUpdatedRows } = await tx
      .updateTable('users')
      .set({ full_name: null, department: null, phone: null, body: noFacts })
      .where('id', '=', id)
      .where('body', '<>', noFacts)
      .executeTakeFirst()
    await tx
      .deleteFrom('users')
      .where('id', '=', id)
      .where('body', '=', noFacts)
      .where('password_hash', 'is', null)
      .where('role', 'is', null)
      .execute()
    return numUpdatedRows > 0n
  },
})

/** Keeps the column of an account that can sign in, and overwrites it in any other row. */
const unlessSignsIn = <Column extends 'username' | 'email' | 'is_active'>(column: Column) =>
  sql<UserRow[Column]>`case when users.password_hash is null and users.role is null
    then ${sql.ref(`excluded.${column}`)} else ${sql.ref(`users.${column}`)} end`

const toRow = (person: Person): Insertable<UserRow> => ({
  id: person.user_id,
  username: person.username,
  email: person.email,
  full_name: person.full_name,
  department: person.department,
  phone: person.phone,
  password_hash: null,
  role: null,
  is_active: person.is_active ? 1 : 0,
  created_at: Date.parse(person.created_at),
  updated_at: Date.parse(person.updated_at),
  last_login_at: null,
  body: toJson(person),
})
