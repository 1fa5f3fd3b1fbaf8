import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import { proposeAction } from '../../../operations/actions/propose-action.ts'
import { requireAlert } from '../../../operations/alerts/require-alert.ts'
import type { Deps } from '../../../operations/deps.ts'
import { defineOperation } from '../../../operations/operation.ts'
import type { Actor } from '../../../schema/account/role.ts'
import { remediationAction } from '../../../schema/action/remediation-action.ts'

/** Proposes the steps of a playbook for the incident of an alert. People approve and run them. */
export const runPlaybook = defineOperation({
  name: 'run_playbook',
  summary: 'Proposes the steps of a playbook for the incident of an alert. Nothing is carried out.',
  role: 'analyst',
  input: z.strictObject({
    playbook: z.string().max(100).describe('The id of the playbook.'),
    alert_id: z.string().max(1_024).describe('The alert: our id, or that of its sender.'),
  }),
  output: z.object({ data: z.array(remediationAction).min(1) }),
  async run(
    { playbook, alert_id },
    deps: Pick<Deps, 'store' | 'now' | 'newId' | 'playbooks'> & { readonly actor: Actor },
  ) {
    const { id, incident_id: incident } = await requireAlert(deps.store, alert_id)
    if (incident === null) {
      throw new AppError('CONFLICT', `The alert "${alert_id}" belongs to no incident.`, {
        hint: 'Playbooks run on incidents. Wait until the alert is triaged, or move it to an incident.',
      })
    }
    const { data } = await proposeAction.run(proposeAction.input.parse({ incident, playbook }), deps)
    if (data.length > 0) return { data }
    // The incident has these actions already, so this is the same execution.
    const { items } = await deps.store.remediationActions.list({ incident_id: incident, limit: 500, after: undefined })
    const known = items.filter((action) => action.playbook === playbook)
    if (known.length > 0) return { data: known }
    throw new AppError('CONFLICT', `The playbook "${playbook}" has no step for the alert "${id}".`, {
      hint: 'Its steps are for things that the incident does not name.',
    })
  },
})
