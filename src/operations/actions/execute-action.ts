import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { type RemediationAction, remediationAction } from '../../schema/remediation-action.ts'
import type { Actor } from '../../schema/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { requireAction, saveAction } from './require-action.ts'

type ExecuteDeps = Pick<Deps, 'store' | 'now' | 'carryOut'> & { readonly actor: Actor }

/** After so long without an answer an execution may be tried again: the process that waited for it is gone. */
const abandonedMs = 5 * 60_000
const mostRuns = 20

const input = z.strictObject({ id: z.string().max(100) })

/** Asks the webhook of an action what it would do. Changes nothing in the world. */
export const dryRunAction = defineOperation({
  name: 'dry_run_action',
  summary: 'Asks the webhook of an action what it would do; nothing is done.',
  role: 'analyst',
  input,
  output: remediationAction,
  async run({ id }, deps: ExecuteDeps) {
    const action = await requireAction(deps.store, id)
    const webhook = requireWebhook(action)
    if (action.status === 'completed' || action.status === 'skipped') throw conflict(`The action is ${action.status}.`)
    const order = {
      webhook,
      idempotencyKey: `${action.id}:dry-run:${action.runs.length}`,
      message: messageOf(action, true),
    }
    return record(deps, id, 'dry_run', await deps.carryOut(order), {})
  },
})

/**
 * Has the webhook of an action carry it out. Only after a person approved it, and after its dry run was answered well. Asked twice, it
 * is carried out once: the webhook gets the same idempotency key.
 */
export const executeAction = defineOperation({
  name: 'execute_action',
  summary: 'Has an approved action carried out by its webhook, once its dry run was answered well.',
  role: 'analyst',
  input,
  output: remediationAction,
  async run({ id }, deps: ExecuteDeps) {
    const { store, now, actor } = deps
    const started = now()
    const action = await store.transaction(async (tx) => {
      const before = await requireAction(store, id, tx)
      requireReady(before, started)
      return saveAction(
        store,
        tx,
        before,
        { status: 'in_progress' },
        { action: 'execute', actor: actor.name, now: started },
      )
    })
    const order = {
      webhook: requireWebhook(action),
      idempotencyKey: `${action.id}:execute`,
      message: messageOf(action, false),
    }
    const answer = await deps.carryOut(order).catch(async (error: unknown) => {
      await record(deps, id, 'execution', { ok: false, answer: 'It could not be asked.' }, { status: 'failed' })
      throw error
    })
    const completed = { status: 'completed', completed_at: new Date(now()).toISOString() } as const
    return record(deps, id, 'execution', answer, answer.ok ? completed : { status: 'failed' })
  },
})

const requireReady = (action: RemediationAction, now: number): void => {
  requireWebhook(action)
  if (action.approved_by === null) throw conflict('Nobody has approved the action.', 'Approve it first.')
  const rehearsal = action.runs.filter(({ kind }) => kind === 'dry_run').at(-1)
  if (!rehearsal?.ok)
    throw conflict('Its dry run was not answered well.', 'Ask for a dry run first, and read the answer.')
  const running = action.status === 'in_progress' && now - Date.parse(action.updated_at) < abandonedMs
  if (running || action.status === 'completed' || action.status === 'skipped') {
    throw conflict(`The action is ${action.status.replace('_', ' ')}.`)
  }
}

const requireWebhook = ({ webhook }: RemediationAction): string => {
  if (webhook !== null) return webhook
  throw conflict('No webhook can carry this action out.', 'Do it by hand, then set the action to completed.')
}

const conflict = (message: string, hint?: string): AppError =>
  new AppError('CONFLICT', message, { ...(hint && { hint }) })

/** Remembers what was answered. */
const record = (
  { store, now, actor }: ExecuteDeps,
  id: string,
  kind: RemediationAction['runs'][number]['kind'],
  { ok, answer }: { readonly ok: boolean; readonly answer: string },
  change: Partial<RemediationAction>,
): Promise<RemediationAction> =>
  store.transaction(async (tx) => {
    const time = now()
    const before = await requireAction(store, id, tx)
    const run = { kind, by: actor.name, at: new Date(time).toISOString(), ok, answer }
    const changed = { ...change, runs: [...before.runs, run].slice(-mostRuns) }
    return saveAction(store, tx, before, changed, { action: kind, actor: actor.name, now: time, note: run })
  })

const messageOf = (action: RemediationAction, dryRun: boolean): object => ({
  dry_run: dryRun,
  action_id: action.id,
  incident_id: action.incident_id,
  action_type: action.action_type,
  description: action.description,
  parameters: action.parameters,
  approved_by: action.approved_by,
})
