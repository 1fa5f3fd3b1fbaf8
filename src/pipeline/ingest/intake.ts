import { setImmediate } from 'node:timers/promises'
import { AppError } from '../../errors.ts'
import type { RawRecord, RecordBatch, UnnumberedBatch } from '../../schema/record/record.ts'
import { createRecentKeys, type RecentDraft, type RecentGroup, type RecentKeys } from './recent-keys.ts'
import { toBatches } from './record-batches.ts'
import type { Cursor } from './source.ts'

/** Options of an accept call. */
export interface AcceptOptions {
  /** Identifies the request, so that it can be retried safely. */
  readonly key?: string
  readonly bodyHash?: string
  readonly cursor?: Cursor
  /** One key per record. A record with a known key is skipped. */
  readonly keys?: readonly string[]
  /** Like `keys`, but remembered together and only for the newest records. */
  readonly recent?: readonly string[]
}

export interface Acceptance {
  readonly accepted: number
  /** Whether the same request was accepted before. Then nothing was added. */
  readonly repeated: boolean
}

/** Accepts records durably. */
export interface Intake {
  /**
   * Numbers the records and enqueues them. Resolves when they are durable. With a cursor, all have one source. A repeated `key` changes
   * nothing and returns the same answer (`repeated`); with another `bodyHash` it throws IDEMPOTENCY_KEY_REUSED. Throws a retryable
   * QUEUE_FULL or STORAGE_FULL if there is no room.
   */
  accept(records: readonly RawRecord[], options?: AcceptOptions): Promise<Acceptance>
}

interface IntakeOptions<Tx> {
  readonly store: {
    transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
    readonly intake: {
      reserve(counts: ReadonlyMap<number, number>, tx: Tx): Promise<ReadonlyMap<number, number>>
      remember(
        key: string,
        bodyHash: string,
        answer: string,
        at: number,
        tx: Tx,
      ): Promise<{ readonly bodyHash: string; readonly answer: string } | undefined>
      rememberEach(keys: readonly string[], at: number, tx: Tx): Promise<ReadonlySet<string>>
      rememberRecent(group: RecentGroup, forgotten: readonly string[], at: number, tx: Tx): Promise<void>
      listRecent(): Promise<readonly RecentGroup[]>
      saveCursor(source: string, key: string, position: string, tx: Tx): Promise<void>
    }
  }
  readonly queue: {
    prepare(batches: readonly UnnumberedBatch[]): Promise<void>
    publish(topic: 'records', batches: readonly RecordBatch[], tx: Tx): Promise<void>
  }
  readonly partitions: number
  readonly now: () => number
  /** How many characters may wait in memory for a commit. */
  readonly maxWaiting?: number
}

interface Request {
  readonly records: readonly RawRecord[]
  readonly batches: readonly UnnumberedBatch[]
  readonly count: number
  readonly characters: number
  readonly options: AcceptOptions
  /** Resolves when the queue has prepared the batches. */
  readonly prepared: Promise<void>
  resolve(acceptance: Acceptance): void
  reject(error: unknown): void
}

/** The maximum number of records per commit. It limits how long others wait for the database. */
const mostTogether = 16_384

/**
 * Creates the intake. Each commit is synced to disk, which takes as long for one record as for thousands. So all records that arrive during
 * a commit share the next one.
 */
export const createIntake = <Tx>(options: IntakeOptions<Tx>): Intake => {
  const { maxWaiting = 32 * 1024 * 1024 } = options
  const waiting: Request[] = []
  const recent = createRecentKeys(options.store.intake.listRecent)
  let characters = 0
  let committing = false

  const commitAll = async (): Promise<void> => {
    committing = true
    while (waiting.length > 0) {
      // Let requests that have arrived join the commit.
      await setImmediate()
      const group = takeGroup(waiting)
      await settle(options, group, recent)
      for (const request of group) characters -= request.characters
    }
    committing = false
  }

  return {
    accept(records, accepting = {}) {
      const batches = toBatches(records, options.partitions)
      const size = records.reduce((sum, record) => sum + record.text.length, 0)
      if (waiting.length > 0 && characters + size > maxWaiting) return Promise.reject(tooMuch(records.length))
      const { promise, resolve, reject } = Promise.withResolvers<Acceptance>()
      characters += size
      const prepared = options.queue.prepare(batches)
      // The commit reports the failure.
      prepared.catch(() => {})
      waiting.push({
        ...{ records, batches, count: records.length, characters: size },
        ...{ options: accepting, prepared, resolve, reject },
      })
      if (!committing) void commitAll()
      return promise
    },
  }
}

const takeGroup = (waiting: Request[]): readonly Request[] => {
  let count = 0
  const end = waiting.findIndex((request, index) => {
    count += request.count
    return index > 0 && count > mostTogether
  })
  return waiting.splice(0, end < 0 ? waiting.length : end)
}

/** Commits a group and answers each request. Never rejects. */
const settle = async <Tx>(options: IntakeOptions<Tx>, group: readonly Request[], recent: RecentKeys): Promise<void> => {
  try {
    await Promise.all(group.map(({ prepared }) => prepared))
    if (group.some((request) => request.options.recent)) await recent.load()
    const draft = recent.begin()
    const answers = await options.store.transaction((tx) => commit(options, group, draft, tx))
    draft.keep()
    group.forEach((request, index) => {
      const answer = answers[index]
      if (answer instanceof AppError) request.reject(answer)
      else if (answer) request.resolve(answer)
    })
  } catch (error) {
    if (group.length > 1 && error instanceof AppError && error.code === 'QUEUE_FULL') {
      // The group does not fit, but some of its requests may.
      for (const request of group) await settle(options, [request], recent)
      return
    }
    for (const request of group) request.reject(error)
  }
}

const commit = async <Tx>(
  { store, queue, partitions, now }: IntakeOptions<Tx>,
  group: readonly Request[],
  draft: RecentDraft,
  tx: Tx,
): Promise<readonly (Acceptance | AppError)[]> => {
  const answers: (Acceptance | AppError)[] = []
  const accepted: Request[] = []
  for (const sent of group) {
    const unknown = withoutRecent(partitions, sent, draft)
    const request = await withoutKnown(store.intake, partitions, unknown, now(), tx)
    const repeated = await findAnswer(store.intake, request, now(), tx)
    answers.push(repeated ?? { accepted: request.count, repeated: false })
    if (!repeated) accepted.push(request)
  }

  const remembered = draft.group()
  if (remembered) await store.intake.rememberRecent(remembered, draft.forgotten(), now(), tx)
  const batches = accepted.flatMap((request) => request.batches)
  if (batches.length > 0) {
    const next = new Map(await store.intake.reserve(countByPartition(batches), tx))
    await queue.publish(
      'records',
      batches.map((batch): RecordBatch => {
        const first = next.get(batch.partition) ?? 0
        next.set(batch.partition, first + batch.texts.length)
        return { ...batch, first }
      }),
      tx,
    )
  }
  for (const { batches, options } of accepted) {
    const source = batches[0]?.source ?? options.cursor?.source
    if (options.cursor && source !== undefined) {
      await store.intake.saveCursor(source, options.cursor.key, options.cursor.position, tx)
    }
  }
  return answers
}

/** Counts the records of each partition, in the order of the partitions: two transactions that reserve numbers must not cross. */
const countByPartition = (batches: readonly UnnumberedBatch[]): ReadonlyMap<number, number> => {
  const counts = new Map<number, number>()
  for (const { partition, texts } of batches) counts.set(partition, (counts.get(partition) ?? 0) + texts.length)
  return new Map([...counts].sort(([a], [b]) => a - b))
}

/** Drops records that came before, from this request or a recent one. */
const withoutRecent = (partitions: number, request: Request, draft: RecentDraft): Request => {
  const { recent } = request.options
  return recent ? withOnly(request, partitions, (index) => draft.isNew(recent[index] ?? '')) : request
}

const withOnly = (request: Request, partitions: number, isWanted: (index: number) => boolean): Request => {
  const records = request.records.filter((_, index) => isWanted(index))
  return records.length === request.count
    ? request
    : { ...request, records, batches: toBatches(records, partitions), count: records.length }
}

/** Drops records with known keys, from this request or an earlier one. */
const withoutKnown = async <Tx>(
  intake: IntakeOptions<Tx>['store']['intake'],
  partitions: number,
  request: Request,
  at: number,
  tx: Tx,
): Promise<Request> => {
  const { keys } = request.options
  if (!keys) return request
  const left = new Set(await intake.rememberEach(keys, at, tx))
  return withOnly(request, partitions, (index) => left.delete(keys[index] ?? ''))
}

/** Returns the answer of an earlier request with the same key. Otherwise remembers this one. */
const findAnswer = async <Tx>(
  intake: IntakeOptions<Tx>['store']['intake'],
  { count, options: { key, bodyHash = '' } }: Request,
  at: number,
  tx: Tx,
): Promise<Acceptance | AppError | undefined> => {
  if (key === undefined) return undefined
  const known = await intake.remember(key, bodyHash, String(count), at, tx)
  if (!known) return undefined
  if (known.bodyHash === bodyHash) return { accepted: Number(known.answer), repeated: true }
  return new AppError('IDEMPOTENCY_KEY_REUSED', `The idempotency key "${key}" was already used for another request.`, {
    hint: 'Use a new key for each request, and the same key only to retry it.',
  })
}

const tooMuch = (count: number): AppError =>
  new AppError('QUEUE_FULL', `Records arrive faster than the disk can store them; ${count} records were rejected.`, {
    hint: 'Retry in a moment, with fewer records at a time.',
    retryable: true,
    retryAfter: 1,
  })
