import { z } from 'zod'
import type { Actor, Role } from '../../schema/account/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

const input = z.strictObject({ model_dir: z.string().min(1).max(1_000).optional() })
const output = z.object({ status: z.literal('success'), message: z.string(), loaded_at: z.iso.datetime() })

type Needs = Pick<Deps, 'logModels' | 'now'> & {
  readonly store: Pick<Deps['store'], 'audit' | 'transaction'>
}

const load = async (
  { model_dir }: z.output<typeof input>,
  { logModels, store, now, actor }: Needs & { readonly actor: Actor },
): Promise<z.input<typeof output>> => {
  const current = logModels.current()
  const before = current ? viewOf(current) : null
  const after = viewOf(await logModels.load(model_dir))
  const entry = {
    time: now(),
    actor: actor.name,
    action: 'load_log_model',
    target_type: 'model',
    target_id: 'log-events',
    old_values: before,
    new_values: after,
  }
  await store.transaction((tx) => store.audit.append([entry], tx))
  return { status: 'success', message: `Models loaded from ${after.folder}`, loaded_at: after.loaded_at }
}

const viewOf = ({ folder, loadedAt }: { readonly folder: string; readonly loadedAt: number }) => ({
  folder,
  loaded_at: new Date(loadedAt).toISOString(),
})

const loading = (name: string, role: Role) =>
  defineOperation<typeof input, typeof output, Needs>({
    name,
    summary: 'Loads a model from a folder and uses it for all further log events.',
    role,
    input,
    output,
    run: load,
  })

/** Replaces the model for all callers. */
export const loadLogModel = loading('load_log_model', 'admin')

/** The same for clients of the older detection service, only on its own port: these clients load a model first. */
export const loadClientModel = loading('load_client_model', 'viewer')
