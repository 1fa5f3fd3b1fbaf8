import { z } from 'zod'
import { alert } from '../../schema/alert/alert.ts'
import { incident } from '../../schema/incident/incident.ts'
import { auditView, toAuditView } from '../audit/list-audit.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { requireIncident } from './require-incident.ts'

export const getIncident = defineOperation({
  name: 'get_incident',
  summary: 'Returns one incident with its alerts and history.',
  role: 'viewer',
  input: z.strictObject({ id: z.string().max(100).describe('The incident’s ID or display ID, such as INC-3.') }),
  output: incident.extend({ alerts: z.array(alert), history: z.array(auditView) }).meta({ id: 'IncidentDetails' }),
  async run({ id }, { store }: Pick<Deps, 'store'>) {
    const found = await requireIncident(store, id)
    const [alerts, history] = await Promise.all([
      store.alerts.load(found.members.map(({ alert_id }) => alert_id)),
      store.audit.list({ target_id: found.id, limit: 500 }),
    ])
    return { ...found, alerts: [...alerts], history: history.items.map(toAuditView) }
  },
})
