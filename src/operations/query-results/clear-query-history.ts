import { z } from 'zod'
import type { Actor, Role } from '../../schema/account/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

const input = z.strictObject({ id: z.string().min(1).max(200) })
const output = z.object({ query_id: z.string(), removed_records: z.int() })

type Needs = Pick<Deps, 'queryGuard' | 'now'> & {
  readonly store: Pick<Deps['store'], 'queryResults' | 'audit' | 'transaction'>
}

const clear = async (
  { id }: z.output<typeof input>,
  { store, queryGuard, now, actor }: Needs & { readonly actor: Actor },
): Promise<z.input<typeof output>> => {
  const removed = await store.transaction(async (tx) => {
    const count = await store.queryResults.clear(id, tx)
    const entry = {
      time: now(),
      actor: actor.name,
      action: 'clear_query_history',
      target_type: 'query',
      target_id: id,
      old_values: { records: count },
      new_values: null,
    }
    await store.audit.append([entry], tx)
    return count
  })
  queryGuard.forget(id)
  return { query_id: id, removed_records: removed }
}

const clearing = (name: string, role: Role) =>
  defineOperation<typeof input, typeof output, Needs>({
    name,
    summary: 'Deletes the stored records and the model of a query. Its analyses stay.',
    role,
    input,
    output,
    run: clear,
  })

/** Deletes the history of a query, so that learning restarts. */
export const clearQueryHistory = clearing('clear_query_history', 'analyst')

/** The same for senders of results, who may delete their own results. */
export const restartQueryHistory = clearing('restart_query_history', 'ingest')
