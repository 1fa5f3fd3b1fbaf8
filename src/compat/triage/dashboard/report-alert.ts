import { z } from 'zod'
import { readAlerts, toRecords } from '../../../operations/alerts/foreign-alerts.ts'
import type { Deps } from '../../../operations/deps.ts'
import { defineOperation } from '../../../operations/operation.ts'
import { securityAlert } from '../../../schema/security-alert.ts'

const { alert_type, severity, title, description, source_ip, target_ip, source_port, destination_port, protocol } =
  securityAlert.shape

/** Takes in an alert that a person noticed and wrote down. */
export const reportAlert = defineOperation({
  name: 'report_alert',
  summary:
    'Takes in an alert that a person writes down. When it answers, it is on disk; triage follows within seconds.',
  role: 'analyst',
  input: z.strictObject({
    title: title.unwrap().unwrap().trim().min(1),
    description: description.optional().describe('What was seen; else the title.'),
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
    await intake.accept(toRecords(readAlerts(alert, undefined, time), undefined, time))
    return { ...alert, created_at }
  },
})
