import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { requireIncident } from '../incidents/require-incident.ts'
import { defineOperation } from '../operation.ts'

export const previewNotification = defineOperation({
  name: 'preview_notification',
  summary: 'Renders the message about an incident for a receiver, without sending it.',
  role: 'admin',
  input: z.strictObject({
    name: z.string().max(100).describe('The name of the receiver in the configuration.'),
    incident: z.string().max(100).describe('The incident’s ID or display ID, such as INC-3.'),
  }),
  output: z
    .object({
      receiver: z.string(),
      incident: z.string(),
      /** The message as the receiver would get it, without secrets. */
      message: z.string(),
    })
    .meta({ id: 'NotificationPreview' }),
  async run({ name, incident: id }, { receiverTrials, store }: Pick<Deps, 'receiverTrials' | 'store'>) {
    const incident = await requireIncident(store, id)
    const message = await receiverTrials.preview(name, incident)
    return { receiver: name, incident: incident.display_id, message }
  },
})
