import { setImmediate } from 'node:timers/promises'
import { AppError } from '../../errors.ts'
import type { RawRecord, RecordBatch } from '../../schema/record.ts'
import { toBatches, type UnnumberedBatch } from './record-batches.ts'
import type { Cursor } from './source.ts'

/** What comes with records. */
export interface AcceptOptions {
  /** Names the request, so that it can be sent again without harm. */
  readonly key?: string
  readonly bodyHash?: string
  readonly cursor?: Cursor
  /** One a record: a record whose key came before is left out. */
  readonly keys?: readonly string[]
}

export interface Acceptance {
  readonly accepted: number
  /** Whether the same request was taken before; then nothing was added. */
  readonly repeated: boolean
}

/** Takes records in for good. */
export interface Intake {
  /**
   * Numbers the records and puts them on the road; resolves when they are durable. With a cursor, all have one source.
   * The same `key` again changes nothing and answers as before (`repeated`); with another `bodyHash` it throws IDEMPOTENCY_KEY_REUSED.
   * Throws QUEUE_FULL or STORAGE_FULL, retryable, when they cannot be taken now.
   */
  accept(records: readonly RawRecord[], options?: AcceptOptions): Promise<Acceptance>
}

interface IntakeOptions<Tx> {
  readonly store: {
    transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
    readonly intake: {
      reserve(partition: number, count: number, tx: Tx): Promise<number>
      remember(
        key: string,
        bodyHash: string,
        answer: string,
        at: number,
        tx: Tx,
      ): Promise<{ readonly bodyHash: string; readonly answer: string } | undefined>
      rememberEach(keys: readonly string[], at: number, tx: Tx): Promise<ReadonlySet<string>>
      saveCursor(source: string, key: string, position: string, tx: Tx): Promise<void>
    }
  }
  readonly queue: { publish(topic: 'records', batches: readonly RecordBatch[], tx: Tx): Promise<void> }
  readonly partition: number
  readonly now: () => number
  /** How many characters may wait in memory for their commit. */
  readonly maxWaiting?: number
}

interface Request {
  readonly records: readonly RawRecord[]
  readonly batches: readonly UnnumberedBatch[]
  readonly count: number
  readonly characters: number
  readonly options: AcceptOptions
  resolve(acceptance: Acceptance): void
  reject(error: unknown): void
}

/** How much is committed together at most: it bounds how long others wait for the database. */
const mostTogether = 16_384

/**
 * Makes the door for records. Each commit is synced to the disk, which takes as long for one record as for thousands; so whatever arrives while a
 * commit runs is committed together in the next one.
 */
export const createIntake = <Tx>(options: IntakeOptions<Tx>): Intake => {
  const { maxWaiting = 32 * 1024 * 1024 } = options
  const waiting: Request[] = []
  let characters = 0
  let committing = false

  const commitAll = async (): Promise<void> => {
    committing = true
    while (waiting.length > 0) {
      // Requests that have reached the machine by now are read before the commit that they can join.
      await setImmediate()
      const group = takeGroup(waiting)
      await settle(options, group)
      for (const request of group) characters -= request.characters
    }
    committing = false
  }

  return {
    accept(records, accepting = {}) {
      const batches = toBatches(records)
      const size = records.reduce((sum, record) => sum + record.text.length, 0)
      if (waiting.length > 0 && characters + size > maxWaiting) return Promise.reject(tooMuch(records.length))
      const { promise, resolve, reject } = Promise.withResolvers<Acceptance>()
      characters += size
      waiting.push({ records, batches, count: records.length, characters: size, options: accepting, resolve, reject })
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

/** Commits a group and answers each request of it. Never rejects. */
const settle = async <Tx>(options: IntakeOptions<Tx>, group: readonly Request[]): Promise<void> => {
  try {
    const answers = await options.store.transaction((tx) => commit(options, group, tx))
    group.forEach((request, index) => {
      const answer = answers[index]
      if (answer instanceof AppError) request.reject(answer)
      else if (answer) request.resolve(answer)
    })
  } catch (error) {
    if (group.length > 1 && error instanceof AppError && error.code === 'QUEUE_FULL') {
      // Not all of them fit: perhaps some do.
      for (const request of group) await settle(options, [request])
      return
    }
    for (const request of group) request.reject(error)
  }
}

const commit = async <Tx>(
  { store, queue, partition, now }: IntakeOptions<Tx>,
  group: readonly Request[],
  tx: Tx,
): Promise<readonly (Acceptance | AppError)[]> => {
  const answers: (Acceptance | AppError)[] = []
  const taken: Request[] = []
  for (const sent of group) {
    const request = await withoutKnown(store.intake, sent, now(), tx)
    const repeated = await recognise(store.intake, request, now(), tx)
    answers.push(repeated ?? { accepted: request.count, repeated: false })
    if (!repeated) taken.push(request)
  }

  const count = taken.reduce((sum, request) => sum + request.count, 0)
  if (count > 0) {
    let first = await store.intake.reserve(partition, count, tx)
    const batches = taken.flatMap((request) => request.batches)
    await queue.publish(
      'records',
      batches.map((batch): RecordBatch => {
        const numbered = { partition, first, ...batch }
        first += batch.texts.length
        return numbered
      }),
      tx,
    )
  }
  for (const { batches, options } of taken) {
    const source = batches[0]?.source
    if (options.cursor && source !== undefined) {
      await store.intake.saveCursor(source, options.cursor.key, options.cursor.position, tx)
    }
  }
  return answers
}

/** Leaves out records whose keys came before, in this request or another one. */
const withoutKnown = async <Tx>(
  intake: IntakeOptions<Tx>['store']['intake'],
  request: Request,
  at: number,
  tx: Tx,
): Promise<Request> => {
  const { keys } = request.options
  if (!keys) return request
  const left = new Set(await intake.rememberEach(keys, at, tx))
  const fresh = request.records.filter((_, index) => left.delete(keys[index] ?? ''))
  return fresh.length === request.count ? request : { ...request, batches: toBatches(fresh), count: fresh.length }
}

/** Tells what a request was answered before, if it came before under its key; remembers it if not. */
const recognise = async <Tx>(
  intake: IntakeOptions<Tx>['store']['intake'],
  { count, options: { key, bodyHash = '' } }: Request,
  at: number,
  tx: Tx,
): Promise<Acceptance | AppError | undefined> => {
  if (key === undefined) return undefined
  const known = await intake.remember(key, bodyHash, String(count), at, tx)
  if (!known) return undefined
  if (known.bodyHash === bodyHash) return { accepted: Number(known.answer), repeated: true }
  return new AppError('IDEMPOTENCY_KEY_REUSED', `The idempotency key "${key}" was used before, for another body.`, {
    hint: 'Give each request a key of its own, and the same key only to the same request sent again.',
  })
}

const tooMuch = (count: number): AppError =>
  new AppError('QUEUE_FULL', `More arrives than the disk takes; ${count} records were not taken.`, {
    hint: 'Send them again in a moment, and fewer at a time.',
    retryable: true,
    retryAfter: 1,
  })
