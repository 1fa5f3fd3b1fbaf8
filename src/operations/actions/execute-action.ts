import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { minute } from '../../lib/units/time.ts'
import type { Actor } from '../../schema/account/role.ts'
import { type RemediationAction, remediationAction } from '../../schema/action/remediation-action.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { requireAction, saveAction } from './require-action.ts'

type ExecuteDeps = Pick<Deps, 'store' | 'now' | 'carryOut'> & { readonly actor: Actor }

/** An execution without an answer may be retried after this time: the process that waited for it has ended. */
const abandonedMs = 5 * minute
const mostRuns = 20

const input = z.strictObject({ id: z.string().max(100) })

/** Runs the dry run of an action at its webhook. Nothing is carried out. */
export const dryRunAction = defineOperation({
  name: 'dry_run_action',
  summary: 'Asks the webhook of an action for a dry run. Nothing is carried out.',
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
 * Runs an approved action at its webhook after a successful dry run. Repeated requests use the same idempotency key, so
 * that the action runs once.
 */
export const executeAction = defineOperation({
  name: 'execute_action',
  summary: 'Runs an approved action at its webhook, after a successful dry run.',
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
      await record(
        deps,
        id,
        'execution',
        { ok: false, answer: 'The webhook could not be reached.' },
        { status: 'failed' },
      )
      throw error
    })
    const completed = { status: 'completed', completed_at: new Date(now()).toISOString() } as const
    return record(deps, id, 'execution', answer, answer.ok ? completed : { status: 'failed' })
  },
})

const requireReady = (action: RemediationAction, now: number): void => {
  requireWebhook(action)
  if (action.approved_by === null) throw conflict('The action is not approved.', 'Approve it first.')
  const rehearsal = action.runs.filter(({ kind }) => kind === 'dry_run').at(-1)
  if (!rehearsal?.ok)
    throw conflict('The dry run of the action did not succeed.', 'Run the dry run first and check its answer.')
  const running = action.status === 'in_progress' && now - Date.parse(action.updated_at) < abandonedMs
  if (running || action.status === 'completed' || action.status === 'skipped') {
    throw conflict(`The action is ${action.status.replace('_', ' ')}.`)
  }
}

const requireWebhook = ({ webhook }: RemediationAction): string => {
  if (webhook !== null) return webhook
  throw conflict('The action has no webhook.', 'Do the action by hand, then set it to completed.')
}

const conflict = (message: string, hint?: string): AppError =>
  new AppError('CONFLICT', message, { ...(hint && { hint }) })

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
