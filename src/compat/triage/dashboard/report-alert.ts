import { z } from 'zod'
import { alertsToRecords, readAlerts } from '../../../operations/alerts/foreign-alerts.ts'
import type { Deps } from '../../../operations/deps.ts'
import { defineOperation } from '../../../operations/operation.ts'
import { securityAlert } from '../../../schema/alert/security-alert.ts'

const { alert_type, severity, title, description, source_ip, target_ip, source_port, destination_port, protocol } =
  securityAlert.shape

/** Ingests an alert that a person reports. */
export const reportAlert = defineOperation({
  name: 'report_alert',
  summary:
    'Ingests an alert that a person reports. The alert is on disk when it answers; triage follows within seconds.',
  role: 'analyst',
  input: z.strictObject({
    title: title.unwrap().unwrap().trim().min(1),
    description: description.optional().describe('A description; the title by default.'),
    alert_type: alert_type.default('other'),
    severity: severity.default('medium'),
    ...{ source_ip, target_ip, source_port, destination_port, protocol },
  }),
  output: securityAlert.extend({ created_at: z.iso.datetime() }),
  async run(reported, { intake, now, newId }: Pick<Deps, 'intake' | 'now' | 'newId'>) {
    const time = now()
    const created_at = new Date(time).toISOString()
    const alert = {
      ...reported,
      alert_id: `ALT-${newId().replaceAll('-', '').slice(-12).toUpperCase()}`,
      timestamp: created_at,
      description: reported.description ?? reported.title,
    }
    await intake.accept(alertsToRecords(readAlerts(alert, undefined, time), undefined, time))
    return { ...alert, created_at }
  },
})
