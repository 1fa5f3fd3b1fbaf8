import { RecordModel } from '../../lib/record-model/record-model.ts'
import { mostCompared, ResultGuard } from '../../lib/result-guard/result-guard.ts'
import type { ResultRecord } from '../../schema/query-result.ts'
import type { ResultStream } from '../../store/query-results/query-results.ts'
import type { Store } from '../../store/store.ts'

/** The in-memory state of results with one shape of one query. */
export interface OpenStream extends ResultStream {
  readonly guard: ResultGuard
  /** The number of stored records. */
  total: number
  /** The id of the newest result. */
  latest: string | undefined
  /** How many records each of the newest results had. */
  sizes: readonly number[]
}

interface StreamsOptions {
  readonly store: Pick<Store, 'queryResults'>
  readonly threshold: number
  readonly minTrainingRecords: number
}

export interface ResultStreams {
  /** Returns a stream from memory, or reads it if it has new results. */
  open(stream: ResultStream): Promise<OpenStream>
  /** Records that results were stored. */
  learnt(stream: OpenStream, id: string, records: readonly ResultRecord[], odd: ReadonlySet<number>): void
  forget(queryId: string): void
  /** Runs work on one query sequentially. */
  inTurn<Answer>(queryId: string, work: () => Promise<Answer>): Promise<Answer>
}

/** The maximum number of records in memory over all streams; the most recently used streams stay. */
const mostHeld = 200_000
const mostSizes = 200

/** Caches the most recently used streams; the store has all of them. */
export const createResultStreams = ({ store, threshold, minTrainingRecords }: StreamsOptions): ResultStreams => {
  const held = new Map<string, OpenStream>()
  const turns = new Map<string, Promise<unknown>>()
  const keyOf = ({ query_id, dataset }: ResultStream) => JSON.stringify([query_id, dataset])

  const read = async (stream: ResultStream): Promise<OpenStream> => {
    const { query_id, dataset } = stream
    const guard = new ResultGuard({ margin: threshold, fewest: minTrainingRecords })
    const results = await store.queryResults.newest(query_id, dataset, mostCompared)
    for (const { records, odd } of results) guard.learn(records, new Set(odd))
    const kept = await store.queryResults.model(stream)
    if (kept) {
      const since = results
        .filter(({ received_at }) => received_at > kept.updated_at)
        .reduce((sum, { records }) => sum + records.length, 0)
      guard.adopt(load(kept.state), since)
    }
    const summary = (await store.queryResults.streams(query_id)).find((one) => one.dataset === dataset)
    return {
      query_id,
      dataset,
      guard,
      total: summary?.records ?? 0,
      latest: results.at(-1)?.id,
      sizes: results.slice(-mostSizes).map(({ records }) => records.length),
    }
  }

  const dropOldest = () => {
    let records = 0
    for (const { guard } of held.values()) records += guard.size
    for (const [key, { guard }] of held) {
      if (records <= mostHeld || held.size === 1) return
      held.delete(key)
      records -= guard.size
    }
  }

  return {
    async open(stream) {
      const key = keyOf(stream)
      const known = held.get(key)
      // Another process may have taken results in meanwhile, or have forgotten them.
      const current = known && known.latest === (await store.queryResults.latest(stream))
      const opened = current ? known : await read(stream)
      held.delete(key)
      held.set(key, opened)
      dropOldest()
      return opened
    },

    learnt(stream, id, records, odd) {
      stream.guard.learn(records, odd)
      stream.total += records.length
      stream.latest = id
      stream.sizes = [...stream.sizes, records.length].slice(-mostSizes)
    },

    forget(queryId) {
      for (const [key, { query_id }] of held) if (query_id === queryId) held.delete(key)
    },

    inTurn(queryId, work) {
      const before = turns.get(queryId) ?? Promise.resolve()
      const own = before.then(work, work)
      const settled = own.then(
        () => undefined,
        () => undefined,
      )
      turns.set(queryId, settled)
      void settled.then(() => {
        if (turns.get(queryId) === settled) turns.delete(queryId)
      })
      return own
    },
  }
}

/** Retrain a model of another version when it is due. */
const load = (state: Uint8Array): RecordModel | undefined => {
  try {
    return RecordModel.load(state)
  } catch (error) {
    if (error instanceof Error && error.name === 'StateError') return undefined
    throw error
  }
}
