import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { proposeActions } from '../../pipeline/propose/propose-actions.ts'
import type { Actor } from '../../schema/account/role.ts'
import { remediationAction, remediationTypes } from '../../schema/action/remediation-action.ts'
import type { Deps } from '../deps.ts'
import { requireIncident } from '../incidents/require-incident.ts'
import { defineOperation } from '../operation.ts'

export const proposeAction = defineOperation({
  name: 'propose_action',
  summary: 'Proposes remediation actions for an incident, from a playbook or a description. Nothing is carried out.',
  role: 'analyst',
  input: z.strictObject({
    incident: z.string().max(100).describe('The incident’s ID or display ID, such as INC-3.'),
    playbook: z.string().max(100).optional().describe('Proposes all steps of this playbook.'),
    description: z.string().trim().min(1).max(500).optional().describe('Proposes one action with this description.'),
    action_type: z.enum(remediationTypes).default('other'),
    priority: z.int().min(1).max(5).default(3).describe('1 is the most urgent.'),
    assignee: z.string().trim().min(1).max(100).optional().describe('The user or team responsible.'),
    due_hours: z.number().positive().max(8_760).optional().describe('Hours until the action is due.'),
    webhook: z.string().max(100).optional().describe('The webhook that carries out the action.'),
  }),
  output: z.object({ data: z.array(remediationAction) }),
  async run(
    { incident: id, playbook: name, description, action_type, priority, assignee, due_hours, webhook },
    deps: Pick<Deps, 'store' | 'now' | 'newId' | 'playbooks'> & { readonly actor: Actor },
  ) {
    const { store, now, newId, playbooks, actor } = deps
    if ((name === undefined) === (description === undefined)) {
      throw new AppError('INVALID_REQUEST', 'Give either a playbook or a description.', {
        errors: [{ path: 'playbook', message: 'give either playbook or description' }],
      })
    }
    const own = {
      id: 'own-words',
      title: 'Custom action',
      description: '',
      category: 'response',
      // Keep the user's text unchanged.
      steps: [{ id: newId(), type: action_type, description: '{text}', priority, owner: assignee, due_hours, webhook }],
    }
    const found = name === undefined ? own : playbooks.find((one) => one.id === name)
    if (!found) {
      throw new AppError('NOT_FOUND', `Playbook "${name}" not found.`, {
        hint: `Use one of: ${playbooks.map((one) => one.id).join(', ')}.`,
      })
    }
    const time = now()
    return store.transaction(async (tx) => {
      const incident = await requireIncident(store, id, tx)
      const proposed = proposeActions(found, incident, {
        now: time,
        proposedBy: actor.name,
        text: description,
      })
      const fresh = []
      for (const action of proposed)
        if (!(await store.remediationActions.get(action.id, tx))) fresh.push({ ...action, playbook: name ?? null })
      await store.remediationActions.add(fresh, tx)
      await store.audit.append(
        fresh.map((action) => ({
          time,
          actor: actor.name,
          action: 'propose',
          target_type: 'action',
          target_id: action.id,
          old_values: null,
          new_values: { incident: incident.id, playbook: action.playbook, description: action.description },
        })),
        tx,
      )
      return { data: fresh }
    })
  },
})
