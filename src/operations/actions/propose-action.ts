import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { proposeActions } from '../../pipeline/propose/propose-actions.ts'
import { remediationAction, remediationTypes } from '../../schema/remediation-action.ts'
import type { Actor } from '../../schema/role.ts'
import type { Deps } from '../deps.ts'
import { requireIncident } from '../incidents/require-incident.ts'
import { defineOperation } from '../operation.ts'

/** Proposes something to be done about an incident: what a playbook asks for, or one thing in your own words. Nothing is carried out. */
export const proposeAction = defineOperation({
  name: 'propose_action',
  summary: 'Proposes what to do about an incident, by a playbook or in your own words; nothing is carried out.',
  role: 'analyst',
  input: z.strictObject({
    incident: z.string().max(100).describe('Its id, or INC-3.'),
    playbook: z.string().max(100).optional().describe('All steps of this playbook.'),
    description: z.string().trim().min(1).max(500).optional().describe('Or this.'),
    action_type: z.enum(remediationTypes).default('other'),
    priority: z.int().min(1).max(5).default(3).describe('1 is the most urgent.'),
    assignee: z.string().trim().min(1).max(100).optional().describe('Who does it.'),
    due_hours: z.number().positive().max(8_760).optional().describe('Within how many hours.'),
    webhook: z.string().max(100).optional().describe('The webhook that can carry it out.'),
  }),
  output: z.object({ data: z.array(remediationAction) }),
  async run(
    { incident: id, playbook: name, description, action_type, priority, assignee, due_hours, webhook },
    deps: Pick<Deps, 'store' | 'now' | 'newId' | 'playbooks'> & { readonly actor: Actor },
  ) {
    const { store, now, newId, playbooks, actor } = deps
    if ((name === undefined) === (description === undefined)) {
      throw new AppError('INVALID_REQUEST', 'Say what: give either a playbook or a description.', {
        errors: [{ path: 'playbook', message: 'give either playbook or description' }],
      })
    }
    const own = {
      id: 'own-words',
      title: 'In your own words',
      description: '',
      category: 'response',
      // What a person wrote stays as it is.
      steps: [{ id: newId(), type: action_type, description: '{text}', priority, owner: assignee, due_hours, webhook }],
    }
    const found = name === undefined ? own : playbooks.find((one) => one.id === name)
    if (!found) {
      throw new AppError('NOT_FOUND', `There is no playbook "${name}".`, {
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
