import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { username as usernameSchema } from '../../schema/account.ts'
import type { Account } from '../../store/accounts/accounts.ts'
import { defineOperation } from '../operation.ts'
import { toAccountView } from './account-view.ts'
import { changeAccount } from './change-account.ts'
import { actorOf } from './check-password.ts'
import { session } from './get-session.ts'
import { admit, type Identity, requireProvider } from './identity-provider.ts'
import { openSession, type SessionDeps } from './open-session.ts'

/** Changes what the identity provider answered for a session. */
export const finishProviderSignIn = defineOperation({
  name: 'finish_provider_sign_in',
  summary: 'Changes the answer of the identity provider for a session in this browser.',
  role: 'viewer',
  input: z.strictObject({
    answer: z
      .string()
      .min(1)
      .max(8_000)
      .describe('The query of the address that the provider sent the browser back to.'),
    pending: z.string().min(1).max(2_000).describe('What the beginning gave.'),
  }),
  /** `secret` is for the cookie; the door keeps it out of the body. */
  output: session.extend({ secret: z.string() }),
  async run({ answer, pending }, deps: SessionDeps) {
    const { store, entry, now } = deps
    const provider = requireProvider(entry.provider)
    const refuse = async (error: unknown, known?: Account): Promise<never> => {
      if (error instanceof AppError && error.status < 500) {
        const who = { actor: known?.username ?? 'stranger', target_id: known?.id ?? 'unknown' }
        const attempt = { time: now(), action: 'sign_in', target_type: 'account', old_values: null }
        await store.transaction(async (tx) => {
          // Whom the provider, or we, no longer let in is not let stay either.
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

/** Brings an account up to what the provider says now. With another role, older sessions end. */
const refresh = async (account: Account, role: Account['role'], identity: Identity, deps: SessionDeps) => {
  if (!account.is_active) {
    throw new AppError('FORBIDDEN', `The account "${account.username}" is disabled.`, {
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
    throw new AppError('FORBIDDEN', 'The name that the provider tells of you cannot be used here.', {
      hint: 'Set sign_in.oidc.username_claim to a claim of letters, digits and . _ @ + -.',
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
    // Whoever names themselves like somebody at the provider does not become them here.
    if (!made) {
      throw new AppError('CONFLICT', `There is another account "${name.data}" here already.`, {
        hint: `If it is yours, an admin can join the two: \`vedette account link ${name.data} '${identity.subject}'\``,
      })
    }
    const change = { target_type: 'account', target_id: made.id, old_values: null, new_values: toAccountView(made) }
    await store.audit.append([{ ...change, time, actor: made.username, action: 'create_account' }], tx)
    return made
  })
}
