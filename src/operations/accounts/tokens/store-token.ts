import type { Token } from '../../../store/accounts/tokens.ts'
import type { Deps } from '../../deps.ts'
import { toTokenView } from './token-view.ts'

/** Stores a new token or session and audits it. */
export const storeToken = async (
  token: Token,
  action: 'create_token' | 'create_password_link' | 'sign_in',
  actor: string,
  { store }: Pick<Deps, 'store'>,
): Promise<void> => {
  await store.tokens.save(token)
  await store.transaction((tx) =>
    store.audit.append(
      [
        {
          time: token.created_at,
          actor,
          action,
          target_type: 'token',
          target_id: token.id,
          old_values: null,
          new_values: toTokenView(token),
        },
      ],
      tx,
    ),
  )
}
