import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { resultAnalysis, resultRecord } from '../../schema/query-result.ts'
import { alertsToRecords, readAlerts } from '../alerts/foreign-alerts.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { alertOf, alertSource } from './query-alert.ts'
import { queryIdOf } from './query-guard.ts'

const mostRecords = 50_000
const records = z.array(resultRecord)

export const guardQueryResults = defineOperation({
  name: 'guard_query_results',
  summary: 'Scores the result of a GraphQL or SQL query against its earlier results and stores it.',
  role: 'ingest',
  input: z
    .strictObject({
      query: z.string().min(1).max(200_000).optional().describe('The text of the query. Its MD5 identifies the query.'),
      query_id: z.string().min(1).max(200).optional().describe('The ID of the query, instead of its text.'),
      operation_name: z.string().max(500).nullish(),
      variables: z.unknown().optional(),
      user: z.string().max(500).optional().describe('The user that ran the query.'),
      role: z.string().max(500).optional(),
      records: records.optional().describe('The rows of the result.'),
      datasets: z
        .record(z.string().min(1).max(500), records)
        .optional()
        .describe('Several named lists of rows instead of `records`. Each is scored separately.'),
    })
    .refine(({ query, query_id }) => query !== undefined || query_id !== undefined, {
      path: ['query'],
      error: 'Give the query: `query` or `query_id`.',
    })
    .refine(({ records: one, datasets }) => (one === undefined) !== (datasets === undefined), {
      path: ['records'],
      error: 'Send `records` or `datasets`.',
    }),
  output: z
    .object({
      query_id: z.string(),
      operation_name: z.string().nullable(),
      analyses: z.array(resultAnalysis),
      /** Datasets that `query_guard.excluded_datasets` excludes. */
      skipped: z.array(z.string()),
    })
    .meta({ id: 'GuardedResults' }),
  async run(
    { query, query_id = queryIdOf(query ?? ''), operation_name, variables, user, role, records: rows, datasets },
    { queryGuard, intake, now }: Pick<Deps, 'queryGuard' | 'intake' | 'now'>,
  ) {
    const all = datasets ?? { records: rows ?? [] }
    const count = Object.values(all).reduce((sum, list) => sum + list.length, 0)
    if (count > mostRecords) {
      throw new AppError('TOO_LARGE', `The result contains ${count} records.`, {
        hint: `Send at most ${mostRecords} records per request.`,
      })
    }
    const { analyses, skipped } = await queryGuard.guard({
      query_id,
      query,
      operation_name: operation_name ?? null,
      variables,
      user: user ?? null,
      role: role ?? null,
      datasets: all,
    })
    const alerts = analyses.flatMap((analysis) => alertOf(analysis, user, queryGuard.alertFrom) ?? [])
    if (alerts.length > 0) {
      const time = now()
      await intake.accept(alertsToRecords(readAlerts(alerts, undefined, time), alertSource, time), {})
    }
    return { query_id, operation_name: operation_name ?? null, analyses: [...analyses], skipped: [...skipped] }
  },
})
