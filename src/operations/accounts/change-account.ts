import type { Account, AccountStore } from '../../store/accounts/accounts.ts'
import type { Deps } from '../deps.ts'
import { toAccountView } from './account-view.ts'

/** Changes an account and audits the change. With `ends`, also revokes its sessions and tokens except `keepToken`. */
export const changeAccount = async (
  account: Account,
  changes: Parameters<AccountStore['change']>[1],
  how: { readonly actor: string; readonly action: string; readonly ends: boolean; readonly keepToken?: string },
  { store, now }: Pick<Deps, 'store' | 'now'>,
): Promise<Account> => {
  const time = now()
  const changed = { ...account, ...changes, updated_at: time }
  await store.transaction(async (tx) => {
    await store.accounts.change(account.id, { ...changes, updated_at: time }, tx)
    if (how.ends) await store.tokens.revokeOf(account.id, time, tx, how.keepToken)
    const values = { old_values: toAccountView(account), new_values: toAccountView(changed) }
    const target = { target_type: 'account', target_id: account.id }
    await store.audit.append([{ ...target, ...values, time, actor: how.actor, action: how.action }], tx)
  })
  return changed
}
