import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { accountRole } from '../../schema/account/account.ts'
import type { Account } from '../../store/accounts/accounts.ts'
import type { Store } from '../../store/store.ts'

/** An account without its password or password hash. */
export const accountView = z
  .object({
    id: z.string(),
    username: z.string(),
    email: z.string().nullable(),
    full_name: z.string().nullable(),
    role: accountRole,
    is_active: z.boolean(),
    /** `none` until a password is set. */
    signs_in_with: z.enum(['none', 'password', 'oidc']),
    created_at: z.iso.datetime(),
    last_login_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Account' })

export const toAccountView = (account: Account): z.infer<typeof accountView> => {
  const { id, username, email, full_name, role, is_active, password_hash, subject, created_at, last_login_at } = account
  return {
    id,
    username,
    email,
    full_name,
    role,
    is_active,
    signs_in_with: subject !== null ? 'oidc' : password_hash !== null ? 'password' : 'none',
    created_at: new Date(created_at).toISOString(),
    last_login_at: last_login_at === null ? null : new Date(last_login_at).toISOString(),
  }
}

/** Finds an account by its ID or name; throws NOT_FOUND. */
export const requireAccount = async (id: string, { accounts }: Pick<Store, 'accounts'>): Promise<Account> => {
  const found = (await accounts.get(id)) ?? (await accounts.named(id.toLowerCase()))
  if (found) return found
  throw new AppError('NOT_FOUND', `Account "${id}" not found.`, { hint: 'List the accounts to see their names.' })
}
