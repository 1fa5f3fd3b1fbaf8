import { randomUUID } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { z } from 'zod'
import type { Present, Route } from '../../api/rest/route.ts'
import { AppError } from '../../errors.ts'
import type { Deps } from '../../operations/deps.ts'
import { storedEvents } from '../../operations/events/stored-events.ts'
import { defineOperation } from '../../operations/operation.ts'
import { parseTime } from '../../operations/time.ts'
import { textField, toEventView } from '../../schema/event/event.ts'
import { toEntry } from './log-routes.ts'
import { route } from './route.ts'

/** Exports are held in memory, so their number and size are limited. */
const mostExports = 10
const mostRecords = 20_000

const dataTypes = ['logs', 'anomalies', 'ips'] as const
const wanted = z.object({
  start_date: z.string().max(64).nullish(),
  end_date: z.string().max(64).nullish(),
  data_types: z.array(z.enum(dataTypes)).min(1).default(['logs']),
  output_format: z.enum(['json', 'json.gz']).default('json'),
  compression: z.boolean().default(false),
  processes: z.array(z.string().max(200)).max(100).default([]).describe('The programs; all by default.'),
})

const exportView = z.object({
  export_id: z.string(),
  data_version: z.literal('1.0.0'),
  export_config: wanted,
  record_count: z.int(),
  file_size: z.int(),
  status: z.literal('completed'),
  error_message: z.string().nullable(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  record_counts: z.partialRecord(z.enum(dataTypes), z.int()),
})
type ExportView = z.output<typeof exportView>
const kept = exportView.extend({ packed: z.instanceof(Uint8Array) })
type Kept = z.output<typeof kept>

/** Reads what an export contains: rows as in `log_entries`, the anomalies of agents, and the addresses of devices. */
const readExport = async (
  { start_date, end_date, data_types, processes }: z.output<typeof wanted>,
  { store, now }: Pick<Deps, 'store' | 'now'>,
) => {
  const time = now()
  const from = start_date == null ? 0 : parseTime(start_date, time, 'start', 'start_date')
  const to = end_date == null ? time : parseTime(end_date, time, 'end', 'end_date')
  const logs: ReturnType<typeof toEntry>[] = []
  const ips = new Set<string>()
  const needsLogs = data_types.some((type) => type !== 'anomalies')
  for await (const events of needsLogs ? storedEvents(store, { from, to }) : []) {
    for (const event of events) {
      if (processes.length > 0 && !processes.includes(textField(event, 'process.name') ?? '')) continue
      const entry = toEntry(toEventView(event))
      logs.push(entry)
      if (typeof entry.device_ip === 'string') ips.add(entry.device_ip)
    }
    if (logs.length > mostRecords) {
      throw new AppError('TOO_LARGE', `The export has more than ${mostRecords} log entries.`, {
        hint: 'Select a shorter time range or some processes, or use "vedette export events" for all events.',
      })
    }
  }
  const [first, last] = [from, to].map((moment) => new Date(moment).toISOString())
  const anomalies = data_types.includes('anomalies')
    ? (await store.anomalies.list({ limit: mostRecords, offset: 0 })).filter(
        ({ timestamp }) => `${timestamp}Z` >= `${first}` && `${timestamp}Z` <= `${last}`,
      )
    : []
  const all = { logs, anomalies, ips: [...ips].sort() }
  return Object.fromEntries(data_types.map((type) => [type, all[type]]))
}

/** The export of a time range, for the pages of the log-agent service. Exports are in memory: a restart forgets them. */
export const createExportRoutes = (): readonly Route[] => {
  const exports = new Map<string, Kept>()
  const require = (id: string): Kept => {
    const found = exports.get(id)
    if (found) return found
    throw new AppError('NOT_FOUND', `Export "${id.slice(0, 80)}" not found.`, {
      hint: `The newest ${mostExports} exports are available until a restart.`,
    })
  }

  const exportLogs = defineOperation({
    name: 'export_logs',
    summary: 'Exports log entries, anomalies and addresses of a time range, for clients of the log-agent service.',
    role: 'viewer',
    input: wanted,
    output: exportView,
    async run(config, deps: Pick<Deps, 'store' | 'now' | 'newId'>) {
      const data = await readExport(config, deps)
      const text = Buffer.from(JSON.stringify(data))
      const packed = gzipSync(text)
      const counts = Object.entries(data).map(([type, rows]) => [type, rows.length] as const)
      const at = new Date(deps.now()).toISOString()
      const made: Kept = {
        export_id: randomUUID(),
        data_version: '1.0.0',
        export_config: config,
        record_count: counts.reduce((sum, [, count]) => sum + count, 0),
        file_size: (isPacked(config) ? packed : text).length,
        status: 'completed',
        error_message: null,
        created_at: at,
        updated_at: at,
        record_counts: Object.fromEntries(counts),
        packed,
      }
      exports.set(made.export_id, made)
      for (const [id] of [...exports].slice(0, -mostExports)) exports.delete(id)
      return withoutBytes(made)
    },
  })
  const listExports = defineOperation({
    name: 'list_exports',
    summary: 'Lists exports, newest first, or one of them.',
    role: 'viewer',
    input: z.strictObject({
      id: z.string().max(100).optional(),
      limit: z.int().min(1).max(1_000).default(100),
      offset: z.int().min(0).default(0),
    }),
    output: z.array(kept),
    run: async ({ id, limit, offset }, _deps: object) =>
      id === undefined ? [...exports.values()].reverse().slice(offset, offset + limit) : [require(id)],
  })
  const removeExport = defineOperation({
    name: 'remove_export',
    summary: 'Removes an export.',
    role: 'analyst',
    input: z.strictObject({ id: z.string().max(100) }),
    output: z.object({ message: z.string() }),
    async run({ id }, _deps: object) {
      exports.delete(require(id).export_id)
      return { message: `Export ${id} deleted` }
    },
  })

  const list = (path: string, present: (found: readonly Kept[]) => unknown): Route =>
    route({
      path: `/api/v1/export${path}`,
      operation: listExports,
      hide: true,
      present: (answer) => present(z.array(kept).parse(answer)),
    })
  const get = (path: string, present: (found: Kept) => unknown): Route => list(path, ([one]) => one && present(one))

  return [
    route({ method: 'POST', path: '/api/v1/export', operation: exportLogs, hide: true }),
    list('', (all) => all.map(withoutBytes)),
    list('/stats', (all) => ({
      total_exports: all.length,
      total_records: all.reduce((sum, { record_count }) => sum + record_count, 0),
      total_size: all.reduce((sum, { file_size }) => sum + file_size, 0),
      by_status: { completed: all.length },
    })),
    get('/:id', withoutBytes),
    get('/:id/status', toStatus),
    get('/:id/progress', (one) => ({
      ...{ export_id: one.export_id, status: one.status, progress: 100, current_batch: 1, total_batches: 1 },
      ...{ processed_records: one.record_count, total_records: one.record_count },
      ...{ start_time: one.created_at, end_time: one.updated_at, error_message: null },
    })),
    route({
      path: '/api/v1/export/download/:id',
      operation: listExports,
      hide: true,
      type: 'application/octet-stream',
      present: sendFile,
    }),
    route({ method: 'DELETE', path: '/api/v1/export/:id', operation: removeExport, hide: true }),
  ]
}

const withoutBytes = ({ packed: _, ...rest }: Kept): ExportView => rest

const toStatus = (one: Kept) => ({
  ...withoutBytes(one),
  file_sizes: { total: one.file_size },
  total_records: one.record_count,
  total_size: one.file_size,
})

const isPacked = ({ compression, output_format }: z.output<typeof wanted>): boolean =>
  compression || output_format === 'json.gz'

const sendFile: Present = (answer, _request, reply) => {
  const [one] = z.array(kept).parse(answer)
  if (!one) return undefined
  const packed = isPacked(one.export_config)
  reply.type(packed ? 'application/gzip' : 'application/json')
  reply.header('content-disposition', `attachment; filename="export_${one.export_id}.json${packed ? '.gz' : ''}"`)
  return packed ? one.packed : gunzipSync(one.packed)
}
