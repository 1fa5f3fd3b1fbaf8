import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import { username as usernameSchema } from '../../../schema/account/account.ts'
import type { Account } from '../../../store/accounts/accounts.ts'
import { defineOperation } from '../../operation.ts'
import { toAccountView } from '../account-view.ts'
import { changeAccount } from '../change-account.ts'
import { actorOf } from '../passwords/check-password.ts'
import { callerSession } from './get-session.ts'
import { admit, type Identity, requireProvider } from './identity-provider.ts'
import { openSession, type SessionDeps } from './open-session.ts'

export const finishProviderSignIn = defineOperation({
  name: 'finish_provider_sign_in',
  summary: 'Exchanges the identity provider’s answer for a session in this browser.',
  role: 'viewer',
  input: z.strictObject({
    answer: z.string().min(1).max(8_000).describe('The query string that the provider redirected the browser with.'),
    pending: z.string().min(1).max(2_000).describe('The `pending` value of the sign-in’s first step.'),
  }),
  /** The API sends `secret` as a cookie, never in the body. */
  output: callerSession.extend({ secret: z.string() }),
  async run({ answer, pending }, deps: SessionDeps) {
    const { store, signIn, now } = deps
    const provider = requireProvider(signIn.provider)
    const refuse = async (error: unknown, known?: Account): Promise<never> => {
      if (error instanceof AppError && error.status < 500) {
        const who = { actor: known?.username ?? 'stranger', target_id: known?.id ?? 'unknown' }
        const attempt = { time: now(), action: 'sign_in', target_type: 'account', old_values: null }
        await store.transaction(async (tx) => {
          // Also end existing sessions if the provider or the admission rules no longer admit the user.
          if (known) await store.tokens.revokeOf(known.id, now(), tx)
          const tried = { ...who, ...attempt, new_values: { provider: provider.name }, error: error.message }
          await store.audit.append([tried], tx)
        })
      }
      throw error
    }
    const identity = await provider.finish(answer, pending).catch((error: unknown) => refuse(error))
    const known = await store.accounts.ofSubject(identity.subject)
    try {
      const { role, byDefault } = admit(identity, provider.admission)
      const account = known
        ? await refresh(known, byDefault ? known.role : role, identity, deps)
        : await create(role, identity, deps)
      return await openSession(actorOf(account), account.id, deps)
    } catch (error) {
      return refuse(error, known)
    }
  },
})

/** Updates an account from the identity provider. A role change ends its older sessions. */
const refresh = async (account: Account, role: Account['role'], identity: Identity, deps: SessionDeps) => {
  if (!account.is_active) {
    throw new AppError('FORBIDDEN', `Account "${account.username}" is disabled.`, {
      hint: 'An admin can enable it: `vedette account enable NAME`.',
    })
  }
  const changes = {
    role,
    email: identity.email ?? account.email,
    full_name: identity.fullName ?? account.full_name,
  }
  const { email, full_name } = account
  if (changes.role === account.role && changes.email === email && changes.full_name === full_name) return account
  const how = { actor: account.username, action: 'update_account', ends: changes.role !== account.role }
  return changeAccount(account, changes, how, deps)
}

const create = async (role: Account['role'], identity: Identity, { store, now }: SessionDeps): Promise<Account> => {
  const name = usernameSchema.safeParse(identity.username ?? identity.email)
  if (!name.success) {
    throw new AppError('FORBIDDEN', 'The user name from the identity provider is not valid.', {
      hint: 'Set sign_in.oidc.username_claim to a claim that contains only letters, digits and . _ @ + -.',
    })
  }
  const time = now()
  return store.transaction(async (tx) => {
    const made = await store.accounts.create(
      {
        ...{ username: name.data, role, email: identity.email ?? null, full_name: identity.fullName ?? null },
        ...{ is_active: true, password_hash: null, subject: identity.subject, created_at: time, updated_at: time },
      },
      tx,
    )
    // Never link by name alone: a user at the provider could choose the name of an existing account.
    if (!made) {
      throw new AppError('CONFLICT', `Another account is already named "${name.data}".`, {
        hint: `If the account is yours, an admin can link it: \`vedette account link ${name.data} '${identity.subject}'\``,
      })
    }
    const change = { target_type: 'account', target_id: made.id, old_values: null, new_values: toAccountView(made) }
    await store.audit.append([{ ...change, time, actor: made.username, action: 'create_account' }], tx)
    return made
  })
}
