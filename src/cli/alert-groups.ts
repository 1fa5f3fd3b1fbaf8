import { z } from 'zod'
import { listAlertHeads } from '../operations/alerts/list-alert-heads.ts'
import type { CommandContext } from './cli.ts'
import { createClient } from './client.ts'
import { readListOptions } from './list.ts'
import { counted, table } from './terminal.ts'
import { formatMoment } from './time.ts'

const groupShape = z.object({ group: z.string(), where: z.string().optional() })
const largestPage = 500

/** Prints groups of alerts, the riskiest first: how many there are in each, and the one that leads it. */
export const printAlertGroups = async (options: unknown, context: CommandContext): Promise<void> => {
  const { group, where } = groupShape.parse(options)
  const { limit, cursor, json, ndjson, ...query } = readListOptions(options)
  const found = await createClient(options, context).get('/api/v1/alerts/heads', listAlertHeads.output, {
    ...query,
    q: where,
    group,
    sort: '-risk_score',
    limit: Math.min(largestPage, limit),
    cursor,
  })
  const leads = new Map(found.data.map((lead) => [lead.id, lead]))
  const groups = (found.groups ?? []).map(({ lead_id, ...one }) => ({ ...one, lead: leads.get(lead_id) }))
  const { out, err, columns, paint } = { ...context, columns: context.out.columns }
  if (ndjson) out.write(groups.map((one) => `${JSON.stringify(one)}\n`).join(''))
  else if (json) out.write(`${JSON.stringify({ data: groups, next_cursor: found.next_cursor }, null, 2)}\n`)
  else if (groups.length === 0) err.write('There are no alerts.\n')
  else {
    const rows = groups.map(({ value, name, count, open, lead }) => [
      name ?? value ?? '(none)',
      String(count),
      String(open),
      lead?.severity ?? '',
      lead?.triage ? String(lead.triage.risk_score) : '',
      lead ? formatMoment(lead.last_seen) : '',
      lead?.title ?? '',
    ])
    const headings = [group.toUpperCase(), 'ALERTS', 'OPEN', 'SEVERITY', 'RISK', 'LAST SEEN', 'FIRST IN ORDER']
    out.write(`${table(headings, rows, columns, paint)}\n`)
    if (found.next_cursor !== null) {
      err.write(
        `${groups.length} of ${counted(found.group_total ?? 0, 'group')} shown; more: --limit, or --cursor ${found.next_cursor}\n`,
      )
    }
  }
}
