import { AppError } from '../../../errors.ts'
import { roleOf } from '../../../schema/account/account.ts'
import type { Account } from '../../../store/accounts/accounts.ts'
import type { Deps } from '../../deps.ts'

/**
 * Returns the account for a user name and password. All failures get the same answer and take the same time: unknown
 * name, disabled account, no password, wrong password.
 */
export const checkPassword = async (
  username: string,
  password: string,
  { store, signIn, now, address }: Pick<Deps, 'store' | 'signIn' | 'now'> & { readonly address: string },
): Promise<Account> => {
  const failures = signIn.backOff.begin(username, address)
  const account = await store.accounts.named(username)
  const hash = account?.is_active ? (account.password_hash ?? undefined) : undefined
  const isRight = await signIn.passwords.matches(password, hash)
  if (account && hash !== undefined && isRight) {
    signIn.backOff.succeeded(username, address)
    if (signIn.passwords.isOutdated(hash)) {
      const password_hash = await signIn.passwords.hash(password)
      await store.transaction((tx) => store.accounts.change(account.id, { password_hash }, tx))
    }
    return account
  }
  // Do not audit the typed name: people type passwords into the name field.
  const who = { actor: account?.username ?? 'stranger', target_id: account?.id ?? 'unknown' }
  const attempt = { time: now(), action: 'sign_in', target_type: 'account', old_values: null }
  await store.transaction((tx) =>
    store.audit.append([{ ...who, ...attempt, new_values: { failures: failures + 1 }, error: wrong }], tx),
  )
  throw new AppError('UNAUTHENTICATED', wrong, { hint: 'An admin can give you a link to set a new password.' })
}

const wrong = 'Wrong user name or password.'

export const actorOf = ({ username, role }: Account) => ({ name: username, role: roleOf[role] })
