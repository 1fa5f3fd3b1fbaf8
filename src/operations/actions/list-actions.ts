import { z } from 'zod'
import { remediationAction, remediationStatuses } from '../../schema/action/remediation-action.ts'
import type { Deps } from '../deps.ts'
import { requireIncident } from '../incidents/require-incident.ts'
import { defineOperation } from '../operation.ts'
import { pageOf, paging, toPage } from '../paging.ts'

export const listActions = defineOperation({
  name: 'list_actions',
  summary: 'Lists remediation actions of one incident or of all incidents, newest first.',
  role: 'viewer',
  input: z.strictObject({
    incident: z
      .string()
      .max(100)
      .optional()
      .describe('Only actions of this incident: its ID or display ID, such as INC-3.'),
    status: z.enum(remediationStatuses).optional(),
    ...paging,
  }),
  output: pageOf(remediationAction),
  async run({ incident, status, limit, cursor }, { store }: Pick<Deps, 'store'>) {
    const incident_id = incident === undefined ? undefined : (await requireIncident(store, incident)).id
    const page = await store.remediationActions.list({
      incident_id,
      limit,
      after: cursor,
      ...(status && { status: [status] }),
    })
    return toPage(page, (action) => action)
  },
})
