import type { Actor } from '../../schema/account/role.ts'
import type { Deps } from '../deps.ts'

/** Audits a change of indicators. */
export const auditIntel = (
  { store, now, actor }: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor },
  {
    action,
    target,
    before,
    after,
  }: {
    readonly action: string
    readonly target: string
    readonly before: object | null
    readonly after: object | null
  },
): Promise<void> =>
  store.transaction((tx) =>
    store.audit.append(
      [
        {
          time: now(),
          actor: actor.name,
          action,
          target_type: 'intel',
          target_id: target,
          old_values: before,
          new_values: after,
        },
      ],
      tx,
    ),
  )
