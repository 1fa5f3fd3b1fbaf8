import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { getAlert } from '../../operations/alerts/get-alert.ts'
import { updateIncident } from '../../operations/incidents/update-incident.ts'
import { createSuppression } from '../../operations/suppressions/create-suppression.ts'
import { previewSuppression } from '../../operations/suppressions/preview-suppression.ts'
import { incidentStatuses } from '../../schema/incident/incident.ts'
import { askAlert } from './ask-alert.ts'
import { defineTool, type Tool } from './tool.ts'

export const writingTools: readonly Tool[] = [
  defineTool({
    name: 'triage_alert',
    description: 'The verdict card of an alert: risk, reasons for and against, what is missing, what to do.',
    kind: 'read',
    asks: [getAlert],
    input: z.object({ id: z.string() }),
    output: z.looseObject({ id: z.string() }),
    async run({ id }, { ask }) {
      const { id: found, title, triage } = await askAlert(ask, id)
      if (!triage) throw new AppError('CONFLICT', `${found} has no verdict yet.`, { hint: 'Ask again in a moment.' })
      const claims = triage.claims.map(({ sign, text }) => `${sign === 'for' ? '+' : '−'} ${text}`).join('\n')
      const actions = triage.recommended_actions.map(({ action }, index) => `${index + 1}. ${action}`).join('\n')
      return {
        structured: { id: found, title, ...triage },
        text: `${triage.verdict}, risk ${triage.risk_score}, confidence ${triage.confidence}\n${triage.summary}\n${claims}\n${actions}`,
      }
    },
  }),
  defineTool({
    name: 'update_incident',
    description:
      'Acknowledges, assigns, advances or closes an incident. Closing needs a resolution and a note with the reason.',
    kind: 'write',
    asks: [updateIncident],
    input: z.object({
      id: z.string(),
      action: z.enum(['acknowledge', 'assign', 'advance', 'close']),
      assignee: z.string().optional(),
      status: z.enum(incidentStatuses).optional(),
      resolution: z.string().optional().describe('true_positive; anything else a person decides.'),
      note: z.string().optional(),
    }),
    output: z.looseObject({ id: z.string(), status: z.string() }),
    async run(input, { ask }) {
      if (input.action === 'close' && (input.note ?? '').trim() === '') {
        throw new AppError('INVALID_REQUEST', 'Closing needs a note that says why.', { hint: 'Give note.' })
      }
      if (input.action === 'close' && input.resolution !== 'true_positive') {
        throw new AppError('FORBIDDEN', 'Only a person closes an incident as anything but a true positive.', {
          hint: 'Give resolution true_positive, or leave a note and let a person decide.',
        })
      }
      const { display_id, status, version } = await ask(updateIncident, input)
      return { structured: { id: display_id, status, version }, text: `${display_id} is ${status}.` }
    },
  }),
  defineTool({
    name: 'mark_normal',
    description:
      'The first call previews what the scope would hide and returns a confirm_token; the second, with it, applies.',
    kind: 'write',
    asks: [previewSuppression, createSuppression],
    input: z.object({
      scope: z.string().min(1),
      reason: z.string().min(1),
      days: z.int().min(1).max(365).default(30),
      confirm_token: z.string().optional(),
    }),
    output: z.looseObject({ applied: z.boolean() }),
    async run({ scope, reason, days, confirm_token }, { ask, confirmations }) {
      const what = { scope, reason, days }
      if (confirm_token === undefined) {
        const { checked, hidden, true_positives, open_severe, open_successes } = await ask(previewSuppression, {
          scope,
        })
        return {
          structured: {
            applied: false,
            checked,
            hidden,
            true_positives,
            open_severe,
            open_successes,
            confirm_token: confirmations.issue(what),
          },
          text: `It would have hidden ${hidden} of ${checked} alerts in 30 days, ${true_positives} of them true positives. It hides ${open_severe} open alerts of high or critical severity, and ${open_successes} in which something succeeded. Call again with confirm_token to apply.`,
        }
      }
      if (!confirmations.redeem(confirm_token, what)) {
        throw new AppError('CONFLICT', 'The confirm_token is not for this, or too old.', { hint: 'Preview it again.' })
      }
      const made = await ask(createSuppression, { scope, reason, days, confirmed: true })
      return { structured: { applied: true, id: made.id, expires_at: made.expires_at }, text: `Applied as ${made.id}.` }
    },
  }),
]
