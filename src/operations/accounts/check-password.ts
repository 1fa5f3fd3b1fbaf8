import { AppError } from '../../errors.ts'
import { roleOf } from '../../schema/account.ts'
import type { Account } from '../../store/accounts/accounts.ts'
import type { Deps } from '../deps.ts'

/**
 * Finds whose name and password these are. Everything that may be wrong is refused alike and takes as long: a name that nobody has, an
 * account that is disabled or has no password, a password that is not right.
 */
export const checkPassword = async (
  username: string,
  password: string,
  { store, entry, now, address }: Pick<Deps, 'store' | 'entry' | 'now'> & { readonly address: string },
): Promise<Account> => {
  const failures = entry.backOff.begin(username, address)
  const account = await store.accounts.named(username)
  const hash = account?.is_active ? (account.password_hash ?? undefined) : undefined
  const isRight = await entry.passwords.matches(password, hash)
  if (account && hash !== undefined && isRight) {
    entry.backOff.succeeded(username, address)
    if (entry.passwords.isOutdated(hash)) {
      const password_hash = await entry.passwords.hash(password)
      await store.transaction((tx) => store.accounts.change(account.id, { password_hash }, tx))
    }
    return account
  }
  // What was typed is not written down: people type passwords where the name belongs.
  const who = { actor: account?.username ?? 'stranger', target_id: account?.id ?? 'unknown' }
  const attempt = { time: now(), action: 'sign_in', target_type: 'account', old_values: null }
  await store.transaction((tx) =>
    store.audit.append([{ ...who, ...attempt, new_values: { failures: failures + 1 }, error: wrong }], tx),
  )
  throw new AppError('UNAUTHENTICATED', wrong, { hint: 'An admin can give you a link to set a new password.' })
}

const wrong = 'The user name or the password is not right.'

/** What somebody acts as. */
export const actorOf = ({ username, role }: Account) => ({ name: username, role: roleOf[role] })
