import { createHash } from 'node:crypto'
import { adoptAlert } from '../../../operations/adoption/adopted-alert.ts'
import type { FormerDatabase, FormerTable } from '../../../operations/adoption/former-database.ts'
import type { FormerRow } from '../../../operations/adoption/former-row.ts'
import type { AdoptionPart } from '../../../operations/adoption/former-system.ts'
import { identifiedPart } from '../../../operations/adoption/table-part.ts'
import type { Alert } from '../../../schema/alert/alert.ts'

const statuses: Readonly<Record<string, Alert['status']>> = {
  investigating: 'investigating',
  escalated: 'investigating',
  resolved: 'resolved',
  ignored: 'resolved',
  false_positive: 'false_positive',
}

/** From 1 to 5. */
const severities = ['info', 'low', 'low', 'medium', 'high', 'critical'] as const

const statusOf = (row: FormerRow): Alert['status'] | undefined => statuses[row.text('status')?.toLowerCase() ?? 'new']

/** Takes the anomalies that a user worked on as alerts, because findings of agents have no status. */
export const markedPart = (database: FormerDatabase, table: FormerTable | undefined): readonly AdoptionPart[] => {
  if (!table?.has('status')) return []
  const part = identifiedPart({
    ...{ noun: 'alerts', database, table, key: 'id' },
    async save(rows, tx, { store, now }) {
      const marked = rows.flatMap((row) => toAlert(row, now()) ?? [])
      const known = new Set(
        (
          await store.alerts.load(
            marked.map(({ id }) => id),
            tx,
          )
        ).map(({ id }) => id),
      )
      const fresh = marked.filter(({ id }) => !known.has(id))
      await store.alerts.save(fresh, tx)
      await store.triageResults.save(
        fresh.map(({ id, triage }) => ({ alertId: id, result: triage })),
        tx,
      )
      return { added: fresh.length, present: marked.length - fresh.length }
    },
  })
  return [
    {
      ...part,
      async count() {
        let count = 0
        for await (const rows of table.pages('id')) count += rows.filter((row) => statusOf(row)).length
        return count
      },
    },
  ]
}

const toAlert = (row: FormerRow, now: number) => {
  const status = statusOf(row)
  if (status === undefined) return undefined
  const agent = row.text('agent_name') ?? 'network'
  const type = row.text('anomaly_type') ?? 'anomaly'
  const time = row.time('timestamp') ?? row.time('created_at') ?? now
  const description = row.text('description') ?? type.replaceAll('_', ' ')
  const hash = createHash('sha256')
    .update(JSON.stringify([row.text('id'), agent, type, time]))
    .digest('hex')
  return adoptAlert({
    id: `network-agents-${hash.slice(0, 16)}`,
    source: 'network-agents',
    type: type === 'auth_failure' ? 'brute_force' : 'anomaly',
    severity: severities[row.number('severity') ?? 3] ?? 'medium',
    title: `${agent}: ${description}`.slice(0, 300),
    description,
    status,
    receivedAt: time,
    updatedAt: row.time('updated_at') ?? time,
    observed: { raw_data: { anomaly_type: type, agent_name: agent } },
  })
}
