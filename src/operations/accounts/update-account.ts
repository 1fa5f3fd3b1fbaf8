import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { accountRole } from '../../schema/account.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { accountView, requireAccount, toAccountView } from './account-view.ts'
import { changeAccount } from './change-account.ts'
import type { Credential } from './credential.ts'

/** Changes what somebody may do, or whether they may sign in at all. */
export const updateAccount = defineOperation({
  name: 'update_account',
  summary: 'Changes an account; with another role, or disabled, its sessions end at once.',
  role: 'admin',
  input: z.strictObject({
    id: z.string().max(200).describe('Its id or user name.'),
    role: accountRole.optional(),
    is_active: z.boolean().optional().describe('`false`: may not sign in.'),
    email: z.email().max(254).nullable().optional(),
    full_name: z.string().trim().min(1).max(200).nullable().optional(),
    subject: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe('By what the identity provider knows its owner, who signs in there from now on; the password ends.'),
  }),
  output: accountView,
  async run(
    { id, role, is_active, email, full_name, subject },
    deps: Pick<Deps, 'store' | 'now'> & { readonly credential: Credential },
  ) {
    const account = await requireAccount(id, deps.store)
    const ends =
      (role ?? account.role) !== account.role ||
      (is_active ?? account.is_active) !== account.is_active ||
      (subject ?? account.subject) !== account.subject
    const { accountId, actor } = deps.credential
    if (ends && accountId === account.id) {
      throw new AppError('CONFLICT', 'You cannot change your own account’s role or way in, nor disable it.', {
        hint: 'Let another admin do it.',
      })
    }
    const other = subject === undefined ? undefined : await deps.store.accounts.ofSubject(subject)
    if (other && other.id !== account.id) {
      throw new AppError('CONFLICT', `"${other.username}" is the account of that subject.`, {
        hint: 'Nobody has two accounts.',
      })
    }
    const changes = {
      ...(role !== undefined && { role }),
      ...(is_active !== undefined && { is_active }),
      ...(email !== undefined && { email }),
      ...(full_name !== undefined && { full_name }),
      ...(subject !== undefined && { subject, password_hash: null }),
    }
    const how = { actor: actor.name, action: 'update_account', ends }
    return toAccountView(await changeAccount(account, changes, how, deps))
  },
})
