import { z } from 'zod'
import { presentIn } from '../../../api/rest/envelope.ts'
import { bodyInputs } from '../../../api/rest/input.ts'
import { readJson } from '../../../api/rest/json.ts'
import type { Present, Refuse, Route } from '../../../api/rest/route.ts'
import { AppError } from '../../../errors.ts'
import { listActions } from '../../../operations/actions/list-actions.ts'
import { listPlaybooks } from '../../../operations/actions/list-playbooks.ts'
import { approveAction, updateAction } from '../../../operations/actions/update-action.ts'
import type { Playbook } from '../../../schema/action/playbook.ts'
import type { RemediationAction } from '../../../schema/action/remediation-action.ts'
import { executionStatuses } from '../dashboard/labels.ts'
import { getExecution } from './get-execution.ts'
import { runPlaybook } from './run-playbook.ts'

const inEnvelope = presentIn('')
const version = '1.0.0'

const toDefinition = ({ id, title, description, steps }: Playbook) => ({
  workflow_id: id,
  name: title,
  description,
  version,
  steps: steps.map((step) => ({
    name: step.id,
    type: step.webhook === undefined ? 'human_task' : 'activity',
    description: step.description,
    assignee: step.owner ?? null,
  })),
  timeout_seconds: null,
})

const toAutomation = ({ id, title, description, steps, when }: Playbook) => ({
  playbook_id: id,
  name: title,
  description,
  version,
  actions: steps.map((step) => ({
    action_id: step.id,
    action_type: step.type,
    name: step.description,
    description: step.description,
    parameters: { ...(step.for_each && { for_each: step.for_each }), ...(step.webhook && { webhook: step.webhook }) },
  })),
  // A person approves every action.
  approval_required: true,
  timeout_seconds: null,
  trigger_conditions: when ? { alert_type: when.types ?? null, min_severity: when.min_severity } : {},
})

const toExecution = (action: RemediationAction) => {
  const { id, playbook, status, description, alert_id, incident_id, parameters, runs } = action
  const failed = status === 'failed' ? (runs.at(-1)?.answer ?? null) : null
  return {
    execution_id: id,
    workflow_id: playbook,
    playbook_id: playbook,
    trigger_alert_id: alert_id,
    incident_id,
    status: executionStatuses[status],
    input: parameters,
    current_step: description,
    current_action: description,
    progress: status === 'completed' ? 1 : 0,
    results: runs.map(({ kind, by, at, ok, answer }) => ({ action_id: kind, executed_at: at, by, ok, output: answer })),
    approval_status: action.approved_by === null ? 'pending' : 'approved',
    approved_by: action.approved_by,
    started_at: action.created_at,
    completed_at: action.completed_at,
    error: failed,
  }
}

/** Presents a list of playbooks, or the one whose id is in the path. */
const presentPlaybooks =
  (name: string, view: (one: Playbook) => object): Present =>
  (answer, request, reply) => {
    const { data } = listPlaybooks.output.parse(answer)
    const { id } = z.looseObject({ id: z.string().optional() }).parse(request.params)
    if (id === undefined) return inEnvelope({ [name]: data.map(view), total: data.length }, request, reply)
    const found = data.find((one) => one.id === id)
    if (!found) throw new AppError('NOT_FOUND', `Playbook "${id}" not found.`)
    return inEnvelope(view(found), request, reply)
  }

const wanted = z.looseObject({
  status: z.string().optional(),
  workflow_id: z.string().optional(),
  playbook_id: z.string().optional(),
})

const presentExecutions: Present = (answer, request, reply) => {
  const { status, workflow_id, playbook_id } = wanted.parse(request.query)
  const playbook = playbook_id ?? workflow_id
  const executions = listActions.output
    .parse(answer)
    .data.map(toExecution)
    .filter((one) => (status ?? one.status) === one.status && (playbook ?? one.playbook_id) === one.playbook_id)
  return inEnvelope({ executions, total: executions.length }, request, reply)
}

const presentStarted: Present = (answer, request, reply) => {
  const started = runPlaybook.output.parse(answer).data.map(toExecution)
  return inEnvelope({ ...started[0], executions: started.map((one) => one.execution_id) }, request, reply)
}

const done =
  (message: string): Present =>
  (answer, request, reply) => ({
    ...z.looseObject({}).parse(inEnvelope(toExecution(getExecution.output.parse(answer)), request, reply)),
    message,
  })

const text = z.string().optional().catch(undefined)
const inputs = z.looseObject({ alert_id: text })
const named = z.looseObject({ playbook_id: text, workflow_id: text, alert_id: text })

/** The alert is in the query, or in the input data of the workflow. */
const readStart: NonNullable<Route['read']> = async ({ raw, query }) => {
  const { playbook_id, workflow_id, alert_id } = named.parse(query)
  const sent = inputs.parse(bodyInputs(await readJson(raw)))
  return { playbook: playbook_id ?? workflow_id, alert_id: alert_id ?? sent.alert_id }
}

const most = { readQuery: () => ({ limit: 500 }) }

/** The routes of the workflow engine and of the automation service: playbooks, and actions as executions of them. */
export const responseRoutes = (refuse: Refuse) => {
  const get = (path: string, operation: Route['operation'], present: Present, more: Partial<Route> = {}): Route => ({
    ...{ method: 'GET', path: `/api/v1${path}`, operation, present, hide: true, refuse, ...more },
  })
  const post = (path: string, operation: Route['operation'], present: Present, read: Route['read']): Route => ({
    ...{ method: 'POST', path: `/api/v1${path}`, operation, present, hide: true, refuse, ...(read && { read }) },
    readQuery: () => ({}),
  })
  const executions = (path: string): readonly Route[] => [
    get(path, listActions, presentExecutions, most),
    get(`${path}/:id`, getExecution, (answer, request, reply) =>
      inEnvelope(toExecution(getExecution.output.parse(answer)), request, reply),
    ),
    post(`${path}/:id/approve`, approveAction, done('Execution approved'), async () => ({})),
    post(`${path}/:id/cancel`, updateAction, done('Execution cancelled'), async () => ({ status: 'skipped' })),
  ]
  const definitions = presentPlaybooks('workflows', toDefinition)
  const playbooks = presentPlaybooks('playbooks', toAutomation)
  const none = { readQuery: () => ({}) }
  return {
    workflows: [
      get('/workflows/definitions', listPlaybooks, definitions, none),
      get('/workflows/definitions/:id', listPlaybooks, definitions, none),
      post('/workflows/execute', runPlaybook, presentStarted, readStart),
      ...executions('/workflows/executions'),
    ] satisfies readonly Route[],
    automation: [
      get('/playbooks', listPlaybooks, playbooks, none),
      get('/playbooks/:id', listPlaybooks, playbooks, none),
      post('/playbooks/execute', runPlaybook, presentStarted, readStart),
      ...executions('/executions'),
    ] satisfies readonly Route[],
  }
}
