import { createHash } from 'node:crypto'
import { RE2JS } from 're2js'
import { type QueryShape, queryShape } from '../../lib/query-shape/query-shape.ts'
import { RecordModel } from '../../lib/record-model/record-model.ts'
import type { ResultAnalysis, ResultRecord } from '../../schema/query-result.ts'
import type { Store } from '../../store/store.ts'
import type { AlertFrom } from './query-alert.ts'
import { type ReadQuery, readQueryWith } from './query-analyst.ts'
import { analysisOf } from './result-analysis.ts'
import { createResultStreams, type OpenStream } from './result-streams.ts'

export interface QueryGuardOptions {
  readonly store: Pick<Store, 'queryResults' | 'transaction'>
  readonly now: () => number
  readonly newId: () => string
  /** How far above the usual score an anomalous record must be. */
  readonly threshold: number
  /** The same for roles with one of their own. */
  readonly roleThresholds: Readonly<Record<string, number>>
  readonly minTrainingRecords: number
  readonly maxHistory: number
  /** How many records a language model is shown. */
  readonly maxShown: number
  /** Regular expressions (RE2) for the names of datasets and the texts of queries. */
  readonly excludedDatasets: readonly string[]
  readonly blockedQueries: readonly string[]
  readonly alertFrom: AlertFrom
  /** Asks a language model; undefined when none is configured. */
  readonly readQuery?: ReadQuery | undefined
}

/** The result of a query and its user. */
export interface QueryResult {
  readonly query_id: string
  readonly query?: string | undefined
  readonly operation_name: string | null
  readonly variables?: unknown
  readonly user: string | null
  readonly role: string | null
  readonly datasets: Readonly<Record<string, readonly ResultRecord[]>>
}

/** The learned state of one dataset of a query. */
interface StreamInfo {
  readonly dataset: string
  readonly records: number
  readonly last_received_at: number | null
  readonly model: { readonly features: number; readonly records: number; readonly updated_at: number } | null
}

/** Scores results of queries against their earlier results. */
export interface QueryGuard {
  readonly excludedPatterns: readonly string[]
  /** The lowest severity that creates an alert. */
  readonly alertFrom: AlertFrom
  /** The blocked expression that a query matches; undefined if it may run. */
  blockedBy(query: string): string | undefined
  /** Scores, then learns. The learned state is durable when this returns. */
  guard(result: QueryResult): Promise<{
    readonly analyses: readonly ResultAnalysis[]
    readonly skipped: readonly string[]
  }>
  /** Scores one record and learns nothing. */
  judge(queryId: string, record: ResultRecord): Promise<ResultAnalysis>
  /** Finds the dataset of a single record by its fields. */
  datasetOf(queryId: string, record: ResultRecord): Promise<string>
  about(queryId: string): Promise<readonly StreamInfo[]>
  /** Drops the learned state of a query after the store has deleted it. */
  forget(queryId: string): void
}

/** Derives the ID of a query from its text. Clients of the plug-in also use MD5. */
export const queryIdOf = (query: string): string => createHash('md5').update(query).digest('hex')

interface Judged {
  readonly stream: OpenStream
  readonly records: readonly ResultRecord[]
  readonly id: string
  readonly found: Omit<ResultAnalysis, 'analysis_id'>
}

const silence = { status: 'nothing_to_compare' as const, records: [], concerns: [], recommendations: [] }

/** Creates a guard over the stored results. */
export const createQueryGuard = (options: QueryGuardOptions): QueryGuard => {
  const { store, now, newId } = options
  const streams = createResultStreams(options)
  const excludes = finder(options.excludedDatasets)
  const blocks = finder(options.blockedQueries)
  const roleThresholds = new Map(Object.entries(options.roleThresholds))
  const thresholdOf = (role: string | null) => roleThresholds.get(role ?? '') ?? options.threshold

  const judgeOne = async (stream: OpenStream, result: QueryResult, records: readonly ResultRecord[]) => {
    const { query, query_id, operation_name } = result
    const judgement = stream.guard.judge(records, thresholdOf(result.role))
    const shape = query === undefined ? undefined : queryShape(query)
    const reading =
      query === undefined || shape === undefined
        ? silence
        : await readQueryWith(options.readQuery, {
            query,
            operation_name,
            role: result.role,
            dataset: stream.dataset,
            shape,
            records: records.slice(0, options.maxShown),
            former: stream.guard.recent(options.maxShown),
          })
    return analysisOf({
      query_id,
      dataset: stream.dataset,
      operation_name,
      query,
      shape,
      blocked_by: query === undefined ? undefined : blocks(query),
      role: result.role,
      former_roles: await store.queryResults.roles(query_id),
      records,
      history_records: stream.total,
      former_sizes: stream.sizes,
      judgement,
      reading,
      time: now(),
    })
  }

  return {
    excludedPatterns: options.excludedDatasets,
    alertFrom: options.alertFrom,
    blockedBy: blocks,

    async guard(result) {
      const { query_id, query } = result
      const given = Object.entries(result.datasets).filter(([, records]) => records.length > 0)
      const skipped = given.map(([dataset]) => dataset).filter((dataset) => excludes(dataset) !== undefined)
      const wanted = given.filter(([dataset]) => !skipped.includes(dataset))
      if (wanted.length === 0) return { analyses: [], skipped }
      return streams.inTurn(query_id, async () => {
        const judged: Judged[] = []
        for (const [dataset, records] of wanted) {
          const stream = await streams.open({ query_id, dataset })
          judged.push({ stream, records, id: newId(), found: await judgeOne(stream, result, records) })
        }
        const time = now()
        const analyses: ResultAnalysis[] = []
        await store.transaction(async (tx) => {
          for (const { stream, records, id, found } of judged) {
            const odd = found.odd_records.map(({ index }) => index)
            const { dataset } = stream
            await store.queryResults.save({ id, query_id, dataset, received_at: time, records, odd }, tx)
            if (stream.total + records.length > options.maxHistory) {
              stream.total -= await store.queryResults.trim(stream, options.maxHistory, tx)
            }
            const origin = { user: result.user, role: result.role }
            const analysis_id = found.is_odd
              ? await store.queryResults.addAnalysis(forKeeping(found), origin, tx)
              : null
            analyses.push({ ...found, analysis_id })
          }
          if (query !== undefined) {
            await store.queryResults.asked(
              patternOf(
                result,
                query,
                analyses.some(({ is_odd }) => is_odd),
                time,
              ),
              tx,
            )
          }
        })
        for (const { stream, records, id, found } of judged) {
          streams.learnt(stream, id, records, new Set(found.odd_records.map(({ index }) => index)))
          await fitWhenDue(stream)
        }
        return { analyses, skipped }
      })
    },

    async judge(query_id, record) {
      return streams.inTurn(query_id, async () => {
        const dataset = await datasetOf(query_id, record)
        const stream = await streams.open({ query_id, dataset })
        const result = { query_id, operation_name: null, user: null, role: null, datasets: {} }
        return { ...(await judgeOne(stream, result, [record])), analysis_id: null }
      })
    },

    datasetOf: (query_id, record) => streams.inTurn(query_id, () => datasetOf(query_id, record)),

    async about(query_id) {
      const known = await store.queryResults.streams(query_id)
      const infos: StreamInfo[] = []
      for (const { dataset, records, last_received_at } of known) {
        const model = await store.queryResults.model({ query_id, dataset })
        infos.push({ dataset, records, last_received_at, model: model ?? null })
      }
      return infos
    },

    forget: streams.forget,
  }

  async function datasetOf(query_id: string, record: ResultRecord): Promise<string> {
    let [best, most] = ['records', -1]
    for (const { dataset } of await store.queryResults.streams(query_id)) {
      const { guard } = await streams.open({ query_id, dataset })
      const fields = new Set(guard.recent(20).flatMap((row) => Object.keys(row)))
      const common = Object.keys(record).filter((name) => fields.has(name)).length
      if (common > most) [best, most] = [dataset, common]
    }
    return best
  }

  async function fitWhenDue({ guard, query_id, dataset }: OpenStream): Promise<void> {
    if (!guard.isDue) return
    const model = RecordModel.fit(guard.toFit())
    if (!model) return
    guard.adopt(model)
    await store.queryResults.saveModel(
      { query_id, dataset },
      { state: model.save(), features: model.features.length, records: model.records, updated_at: now() },
    )
  }
}

const mostKept = 100

/** An analysis stores only this many anomalous records; the history contains all of them. */
const forKeeping = (analysis: Omit<ResultAnalysis, 'analysis_id'>): ResultAnalysis => ({
  ...analysis,
  odd_records: analysis.odd_records.slice(0, mostKept),
  analysis_id: null,
})

const patternOf = (result: QueryResult, query: string, isOdd: boolean, time: number) => {
  const { query_id, operation_name, role } = result
  const variables = withoutSecrets(result.variables)
  const shape: QueryShape = queryShape(query)
  return {
    query_hash: createHash('sha256')
      .update(JSON.stringify([query, variables]))
      .digest('hex'),
    query_id,
    operation_name,
    query_text: query.slice(0, longestQuery),
    variables,
    complexity: shape.complexity,
    role,
    is_odd: isOdd,
    shape,
    seen_at: time,
  }
}

const longestQuery = 20_000
const secretName = /pass|pwd|secret|token|key|credential|auth|ssn|card|cvv|pin$/i

/** Prepares variables for storage: removes values with secret names and truncates long ones. */
const withoutSecrets = (value: unknown, depth = 0): unknown => {
  if (typeof value === 'string') return value.slice(0, 200)
  if (typeof value !== 'object' || value === null) return value
  if (depth > 4) return '…'
  if (Array.isArray(value)) return value.slice(0, 20).map((item) => withoutSecrets(item, depth + 1))
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, 50)
      .map(([name, item]) => [name, secretName.test(name) ? '…' : withoutSecrets(item, depth + 1)]),
  )
}

/** Returns the first expression that matches a text. RE2 matches in linear time. */
const finder = (expressions: readonly string[]) => {
  const compiled = expressions.map((text) => ({ text, expression: RE2JS.compile(text) }))
  return (text: string): string | undefined => compiled.find(({ expression }) => expression.matcher(text).find())?.text
}
