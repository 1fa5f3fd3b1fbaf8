import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { accountRole } from '../../schema/account/account.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { accountView, requireAccount, toAccountView } from './account-view.ts'
import { changeAccount } from './change-account.ts'
import type { Credential } from './credential.ts'

export const updateAccount = defineOperation({
  name: 'update_account',
  summary: 'Changes an account. Changing its role or disabling it ends its sessions.',
  role: 'admin',
  input: z.strictObject({
    id: z.string().max(200).describe('The account’s ID or user name.'),
    role: accountRole.optional(),
    is_active: z.boolean().optional().describe('Whether the account may sign in.'),
    email: z.email().max(254).nullable().optional(),
    full_name: z.string().trim().min(1).max(200).nullable().optional(),
    subject: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe(
        'The account’s subject at the identity provider. The owner then signs in there; the password is removed.',
      ),
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
      throw new AppError(
        'CONFLICT',
        'You cannot change your own role or authentication method, or disable your own account.',
        {
          hint: 'Ask another admin to change it.',
        },
      )
    }
    const other = subject === undefined ? undefined : await deps.store.accounts.ofSubject(subject)
    if (other && other.id !== account.id) {
      throw new AppError('CONFLICT', `Account "${other.username}" already has this subject.`, {
        hint: 'A subject can belong to only one account.',
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
