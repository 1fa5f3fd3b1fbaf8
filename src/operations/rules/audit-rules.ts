import type { Actor } from '../../schema/account/role.ts'
import type { Transaction } from '../../store/database.ts'
import type { Deps } from '../deps.ts'

interface RuleChange {
  readonly action: string
  /** The id of a rule, or the name of an import. */
  readonly target: string
  readonly before: unknown
  readonly after: unknown
}

/** Audits a change of rule files. Files have no transaction, so the audit entry has its own. */
export const auditRules = (
  deps: Pick<Deps, 'store' | 'now'> & { readonly actor: Actor },
  { action, target, before, after }: RuleChange,
  tx?: Transaction,
): Promise<void> => {
  const { store, now, actor } = deps
  const entry = {
    time: now(),
    actor: actor.name,
    action,
    target_type: 'rule',
    target_id: target,
    old_values: before,
    new_values: after,
  }
  return tx ? store.audit.append([entry], tx) : store.transaction((own) => store.audit.append([entry], own))
}
