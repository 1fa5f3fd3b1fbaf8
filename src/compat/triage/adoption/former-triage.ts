import type { FormerDatabase } from '../../../operations/adoption/former-database.ts'
import type { FormerSource } from '../../../operations/adoption/former-source.ts'
import type { AdoptionPart, FormerSystem, LeftOut } from '../../../operations/adoption/former-system.ts'
import { alertPart } from './former-alerts.ts'
import { auditPart } from './former-audit.ts'
import { actionPart, incidentPart } from './former-incidents.ts'
import { assetPart, indicatorPart, userPart } from './former-inventory.ts'

/** Finds the table of alerts: the older system has had columns of several generations, and these in all of them. */
const alertsOf = (database: FormerDatabase) => database.table('alerts', 'alert_id', 'alert_type', 'severity', 'status')

const own = ['triage_results', 'alert_context', 'threat_intel', 'remediation_actions']

/** The databases of the alert triage services. */
const databasesOf = ({ databases }: FormerSource): readonly FormerDatabase[] =>
  databases.filter((database) => alertsOf(database) && own.some((name) => database.table(name)))

/** Tables without a place in Vedette, and why. */
const others: readonly (readonly [table: string, columns: readonly string[], why: string])[] = [
  [
    'workflow_templates',
    ['template_id'],
    'Playbooks take their place: see `remediation.playbooks` in docs/reference/config.md.',
  ],
  ['workflows', ['id'], 'Playbooks take their place: see `remediation.playbooks` in docs/reference/config.md.'],
  [
    'workflow_executions',
    ['id'],
    'Playbooks take their place: see `remediation.playbooks` in docs/reference/config.md.',
  ],
  ['system_configs', ['config_key'], 'Settings are in vedette.yaml: see docs/reference/config.md.'],
  ['notifications', ['notification_id'], 'Vedette lists its own messages; receivers are under "notify".'],
  ['reports', ['id'], 'Reports are made when they are asked for.'],
  ['user_preferences', ['id'], 'Each browser stores its own.'],
]

/** The alert triage services: adoption of their PostgreSQL database. */
export const formerTriage: FormerSystem = {
  name: 'triage',
  title: 'the alert triage services',
  recognize: (source) =>
    databasesOf(source).map((database) => `the table ${alertsOf(database)?.name} of ${database.place}`),
  parts: (source) =>
    databasesOf(source).flatMap((database) =>
      [assetPart, userPart, indicatorPart, incidentPart, alertPart, actionPart, auditPart].flatMap(
        (part): readonly AdoptionPart[] => part(database) ?? [],
      ),
    ),
  async leftOut(source) {
    const found: LeftOut[] = []
    for (const database of databasesOf(source)) {
      for (const [name, columns, why] of others) {
        const table = database.table(name, ...columns)
        const count = (await table?.count()) ?? 0
        if (table && count > 0) found.push({ what: `rows of ${name}`, count, why })
      }
      const users = (await database.table('users', 'password_hash')?.count()) ?? 0
      if (users > 0) {
        const why =
          'Vedette stores other hashes. Create an account for everybody who signs in: `vedette account create NAME`.'
        found.push({ what: 'passwords', count: users, why })
      }
    }
    return found
  },
}
