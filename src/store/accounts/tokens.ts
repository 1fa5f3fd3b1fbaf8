import { type Role, role } from '../../schema/account/role.ts'
import type { StoreConnections } from '../connect.ts'
import type { Transaction } from '../database.ts'
import type { TokenRow } from '../inventory/people-tables.ts'
import { upsert } from '../write-rows.ts'

export interface Token {
  readonly id: string
  readonly name: string
  readonly role: Role
  /** SHA-256 of the secret, hex. The secret itself is never stored. */
  readonly hash: string
  readonly created_at: number
  readonly expires_at: number | null
  readonly last_used_at: number | null
  readonly revoked_at: number | null
  /** The owner's account; null for a token of a program. */
  readonly user_id: string | null
}

export interface TokenStore {
  save(token: Token): Promise<void>
  findByHash(hash: string): Promise<Token | undefined>
  list(): Promise<readonly Token[]>
  used(id: string, at: number): Promise<void>
  /** Revokes at once; returns false if there is no such token. */
  revoke(id: string, at: number): Promise<boolean>
  /** Those of an account that are not revoked, newest first. */
  of(accountId: string): Promise<readonly Token[]>
  /** Revokes all that an account has but one. */
  revokeOf(accountId: string, at: number, tx: Transaction, exceptId?: string): Promise<void>
  /** Forgets sessions and links that ended before a moment. */
  forget(before: number): Promise<void>
}

/** Stores the hashes of tokens. */
export const createTokenStore = ({ read, write }: StoreConnections): TokenStore => ({
  async save(token) {
    await upsert(write, 'tokens', [token], { key: ['id'], keep: ['created_at', 'user_id'] })
  },

  async findByHash(hash) {
    const row = await read.selectFrom('tokens').selectAll().where('hash', '=', hash).executeTakeFirst()
    return row && fromRow(row)
  },

  async list() {
    const rows = await read
      .selectFrom('tokens')
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .execute()
    return rows.map(fromRow)
  },

  async used(id, at) {
    await write.updateTable('tokens').set({ last_used_at: at }).where('id', '=', id).execute()
  },

  async revoke(id, at) {
    const { numUpdatedRows } = await write
      .updateTable('tokens')
      // The first revocation counts.
      .set((row) => ({ revoked_at: row.fn.coalesce('revoked_at', row.val(at)) }))
      .where('id', '=', id)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  },

  async of(accountId) {
    const rows = await read
      .selectFrom('tokens')
      .selectAll()
      .where('user_id', '=', accountId)
      .where('revoked_at', 'is', null)
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .execute()
    return rows.map(fromRow)
  },

  async revokeOf(accountId, at, tx, exceptId = '') {
    await tx
      .updateTable('tokens')
      .set({ revoked_at: at })
      .where('user_id', '=', accountId)
      .where('revoked_at', 'is', null)
      .where('id', '<>', exceptId)
      .execute()
  },

  async forget(before) {
    await write.deleteFrom('tokens').where('expires_at', '<', before).execute()
  },
})

const fromRow = (row: TokenRow): Token => ({ ...row, role: role.parse(row.role) })
