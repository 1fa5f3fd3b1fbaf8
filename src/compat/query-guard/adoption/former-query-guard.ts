import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { FormerDatabase, FormerTable } from '../../../operations/adoption/former-database.ts'
import type { FormerRow } from '../../../operations/adoption/former-row.ts'
import type { FormerSource } from '../../../operations/adoption/former-source.ts'
import type { AdoptionPart, FormerSystem, LeftOut } from '../../../operations/adoption/former-system.ts'
import { numberedPart } from '../../../operations/adoption/table-part.ts'
import { queryIdOf } from '../../../operations/query-results/query-guard.ts'
import { queryShapeOf } from '../../../operations/query-results/query-shape-of.ts'
import type { ResultAnalysis, ResultRecord } from '../../../schema/query-result.ts'

const analysesOf = (database: FormerDatabase) =>
  database.table('anomaly_analyses', 'id', 'query_id', 'processed_records')
const historyOf = (database: FormerDatabase) => database.table('historical_data', 'id', 'query_id')
const patternsOf = (database: FormerDatabase) => database.table('query_patterns', 'id', 'query_hash', 'query_text')

const databasesOf = ({ databases }: FormerSource): readonly FormerDatabase[] =>
  databases.filter((database) => analysesOf(database) ?? historyOf(database) ?? patternsOf(database))

const others: readonly (readonly [table: string, why: string])[] = [
  ['trained_models', 'The models are Python pickles. Vedette trains its own on the records that it takes.'],
  ['query_features', 'Vedette calculates the features of a query from its text.'],
  ['field_statistics', 'Vedette calculates statistics from the records.'],
  ['value_distributions', 'Vedette calculates distributions from the records.'],
]

/** The query-result plug-in: adoption of its database. */
export const formerQueryGuard: FormerSystem = {
  name: 'query-guard',
  title: 'the query-result plug-in',
  recognize: (source) =>
    databasesOf(source).map(
      (database) =>
        `the table ${(analysesOf(database) ?? historyOf(database) ?? patternsOf(database))?.name} of ${database.place}`,
    ),
  parts: (source) =>
    databasesOf(source).flatMap((database) => [
      ...patternPart(database),
      ...historyPart(database),
      ...analysisPart(database),
    ]),
  async leftOut(source) {
    const found: LeftOut[] = []
    for (const database of databasesOf(source)) {
      for (const [name, why] of others) {
        const table = database.table(name)
        const count = (await table?.count()) ?? 0
        if (table && count > 0) found.push({ what: `rows of ${name}`, count, why })
      }
    }
    return found
  },
}

/** Takes the queries. */
const patternPart = (database: FormerDatabase): readonly AdoptionPart[] => {
  const table = patternsOf(database)
  if (!table) return []
  return [
    numberedPart({
      ...{ noun: 'queries', database, table, key: 'id' },
      async save(rows, tx, { store, now }) {
        for (const row of rows) {
          const query = row.text('query_text') ?? ''
          const shape = queryShapeOf(query)
          await store.queryResults.asked(
            {
              query_hash: row.text('query_hash') ?? queryIdOf(query),
              query_id: queryIdOf(query),
              operation_name: row.text('operation_name'),
              query_text: query,
              variables: row.json('variables_json'),
              complexity: row.number('complexity_score') ?? shape.complexity,
              role: row.text('user_role'),
              is_odd: row.flag('is_anomalous') ?? false,
              shape,
              seen_at: row.time('created_at') ?? now(),
            },
            tx,
          )
        }
        return { added: rows.length }
      },
    }),
  ]
}

const anyRecord = z.record(z.string(), z.unknown())

/** Takes the results with their records, which train the models of Vedette. */
const historyPart = (database: FormerDatabase): readonly AdoptionPart[] => {
  const table = historyOf(database)
  const records = database.table('historical_records', 'historical_data_id', 'record_data')
  if (!table || !records) return []
  const datasetOf = createDatasetFinder(database)
  return [
    numberedPart({
      ...{ noun: 'query results', database, table, key: 'id' },
      async save(rows, tx, { store, now }) {
        const ids = rows.flatMap((row) => row.text('id') ?? [])
        const byResult = Map.groupBy(await records.among('historical_data_id', ids), (row) =>
          row.text('historical_data_id'),
        )
        let unreadable = 0
        for (const row of rows) {
          const found = (byResult.get(row.text('id')) ?? []).flatMap((one): ResultRecord[] => {
            const parsed = anyRecord.safeParse(one.json('record_data'))
            if (!parsed.success) unreadable += 1
            return parsed.success ? [parsed.data] : []
          })
          const query = row.text('query_id') ?? ''
          const receivedAt = row.time('timestamp') ?? row.time('created_at') ?? now()
          const id = orderedId(receivedAt, `${database.place} ${row.text('id')}`)
          const dataset = row.text('dataset') ?? (await datasetOf(query))
          await store.queryResults.save(
            { id, query_id: query, dataset, received_at: receivedAt, records: found, odd: [] },
            tx,
          )
        }
        return {
          added: rows.length,
          leftOut: unreadable === 0 ? [] : [{ what: 'records', count: unreadable, why: 'They are not JSON objects.' }],
        }
      },
    }),
  ]
}

/** Makes an id that sorts by the time, the same at every call. */
const orderedId = (time: number, subject: string): string => {
  const digits = `${Math.max(0, time).toString(16).padStart(12, '0')}7${createHash('sha256').update(subject).digest('hex')}`
  return digits.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Finds the dataset of a query: the only field that it selects. The older system stored no name for it. */
const createDatasetFinder = (database: FormerDatabase) => {
  const known = new Map<string, Promise<string>>()
  const patterns = patternsOf(database)
  const find = async (queryId: string): Promise<string> => {
    if (!patterns) return 'data'
    for await (const rows of patterns.pages('id')) {
      const query = rows.find(
        (row) => queryIdOf(row.text('query_text') ?? '') === queryId || row.text('query_hash') === queryId,
      )
      if (query) return rootFieldOf(query.text('query_text') ?? '') ?? 'data'
    }
    return 'data'
  }
  return (queryId: string): Promise<string> => {
    const found = known.get(queryId) ?? find(queryId)
    known.set(queryId, found)
    return found
  }
}

/** The name that the first field of a query has in the result. */
const rootFieldOf = (query: string): string | undefined =>
  /^[^{]*\{\s*([A-Za-z_]\w*)/.exec(query.replace(/\([^)]*\)/g, ''))?.[1]

/** Takes the analyses with their records, changes, concerns and recommendations. */
const analysisPart = (database: FormerDatabase): readonly AdoptionPart[] => {
  const table = analysesOf(database)
  if (!table) return []
  const datasetOf = createDatasetFinder(database)
  const related = (name: string, ...columns: string[]) => database.table(name, 'analysis_id', ...columns)
  const tables = {
    records: related('anomaly_records', 'reason'),
    flags: related('statistical_flags', 'flag_type'),
    concerns: related('query_concerns', 'description'),
    recommendations: related('recommendations', 'description'),
  }
  return [
    numberedPart({
      ...{ noun: 'query analyses', database, table, key: 'id' },
      async save(rows, tx, { store, now }) {
        const ids = rows.flatMap((row) => row.text('id') ?? [])
        const of = async (one: FormerTable | undefined) => {
          const byAnalysis = Map.groupBy((await one?.among('analysis_id', ids)) ?? [], (row) => row.text('analysis_id'))
          return (row: FormerRow) => byAnalysis.get(row.text('id')) ?? []
        }
        const parts = {
          records: await of(tables.records),
          flags: await of(tables.flags),
          concerns: await of(tables.concerns),
          recommendations: await of(tables.recommendations),
        }
        for (const row of rows) {
          const dataset = row.text('dataset') ?? (await datasetOf(row.text('query_id') ?? ''))
          const analysis = toAnalysis(row, dataset, now(), {
            records: parts.records(row),
            flags: parts.flags(row),
            concerns: parts.concerns(row),
            recommendations: parts.recommendations(row),
          })
          await store.queryResults.addAnalysis(analysis, { user: row.text('user_id'), role: row.text('role') }, tx)
        }
        return { added: rows.length }
      },
    }),
  ]
}

const levels = ['low', 'medium', 'high'] as const
const levelOf = (text: string | null) => levels.find((level) => level === text?.toLowerCase()) ?? 'medium'
const points = { low: 0.3, medium: 0.6, high: 0.9 } as const

/** The level of a flag, which the older system wrote as a number or as a word. */
const flagLevel = (row: FormerRow) => {
  const number = row.number('severity')
  if (number === undefined) return levelOf(row.text('severity'))
  return number >= points.high ? 'high' : number >= points.medium ? 'medium' : 'low'
}

interface AnalysisRows {
  readonly records: readonly FormerRow[]
  readonly flags: readonly FormerRow[]
  readonly concerns: readonly FormerRow[]
  readonly recommendations: readonly FormerRow[]
}

const toAnalysis = (row: FormerRow, dataset: string, now: number, parts: AnalysisRows): ResultAnalysis => {
  const isOdd = row.flag('anomalies_detected') ?? false
  const odd_records = parts.records.map((one) => {
    const risk_level = levelOf(one.text('risk_level'))
    return {
      index: one.number('record_index') ?? 0,
      record: {},
      score: points[risk_level],
      features: [],
      category:
        one.text('category') === 'range_violation' ? ('range_violation' as const) : ('unusual_combination' as const),
      risk_level,
      reason: one.text('reason') ?? '',
    }
  })
  const drift = parts.flags.map((one) => {
    const severity = flagLevel(one)
    const sentence = one.text('description') ?? one.text('flag_type') ?? ''
    return {
      type: one.text('flag_type') ?? 'unknown',
      ...{ fields: [], severity, value: points[severity], threshold: 0, before: '', after: '', sentence },
    }
  })
  return {
    query_id: row.text('query_id') ?? '',
    dataset,
    operation_name: row.text('operation_name'),
    analyzed_at: new Date(row.time('timestamp') ?? now).toISOString(),
    mode: row.text('analysis_mode') === 'comparative' ? 'comparative' : 'baseline',
    is_odd: isOdd,
    score: Math.max(0, ...odd_records.map(({ score }) => score), ...drift.map(({ value }) => value)),
    records: row.number('processed_records') ?? 0,
    history_records: row.number('historical_data_size') ?? 0,
    model_features: 0,
    odd_records,
    drift,
    concerns: parts.concerns.map((one) => ({
      type: 'security_concern',
      severity: 'medium',
      description: one.text('description') ?? '',
    })),
    recommendations: parts.recommendations.flatMap((one) => one.text('description') ?? []),
    reading: { status: 'not_configured', records: [], concerns: [], recommendations: [] },
    analysis_id: null,
  }
}
