import type { RecordBatch, UnnumberedBatch } from '../schema/record/record.ts'
import { originOf } from './job-origin.ts'
import { encodeJob } from './job-payload.ts'
import type { NewJob } from './jobs.ts'
import {
  compressRecords,
  compressRecordsSync,
  type PackedRecords,
  packRecords,
  toRecordsPayload,
} from './records-payload.ts'

/** The maximum number of records and characters in the batches of one job; a larger batch is a job of its own. */
const mostRecords = 4096
const mostCharacters = 4 * 1024 * 1024
/** Fewer characters are packed when they are published, in one job with those of other requests. */
const worthPreparing = 131_072

/** Makes jobs of batches of records. */
export interface RecordJobs {
  /** Packs many records ahead, and compresses them in other threads. */
  prepare(batches: readonly UnnumberedBatch[]): Promise<void>
  /** Makes few jobs of batches, with records of one partition in order in each. */
  of(batches: readonly RecordBatch[]): readonly NewJob[]
}

interface Prepared {
  readonly batches: readonly UnnumberedBatch[]
  readonly packed: PackedRecords
}

/** Starts without prepared batches. Those that are never published are forgotten with their texts. */
export const createRecordJobs = (): RecordJobs => {
  const prepared = new WeakMap<UnnumberedBatch['texts'], Prepared>()

  /** The prepared records that begin with a batch, if they are the next ones. */
  const preparedAt = (batches: readonly RecordBatch[], start: number): Prepared | undefined => {
    const { texts, first = 0 } = batches[start] ?? {}
    const found = texts && prepared.get(texts)
    let next = first
    const isNext = found?.batches.every((batch, index) => {
      const given = batches[start + index]
      const fits = given?.texts === batch.texts && given.first === next
      next += batch.texts.length
      return fits
    })
    return isNext ? found : undefined
  }
  const ofPartition = (partition: number, batches: readonly RecordBatch[]): readonly NewJob[] => {
    const jobs: NewJob[] = []
    let loose: RecordBatch[] = []
    const pack = (): void => {
      for (const some of intoJobs(loose)) {
        const packed = packRecords(some)
        jobs.push(toJob(partition, some, packed && compressRecordsSync(packed)))
      }
      loose = []
    }
    for (let index = 0; index < batches.length; ) {
      const ahead = preparedAt(batches, index)
      const size = ahead?.batches.length ?? 1
      const some = batches.slice(index, index + size)
      if (ahead) {
        pack()
        jobs.push(toJob(partition, some, ahead.packed))
      } else {
        loose.push(...some)
      }
      index += size
    }
    pack()
    return jobs
  }
  return {
    async prepare(batches) {
      const jobs = [...Map.groupBy(batches, ({ partition }) => partition).values()].flatMap(intoJobs)
      const large = jobs.filter((some) => sum(some, charactersOf) >= worthPreparing)
      await Promise.all(
        large.map(async (some) => {
          const packed = packRecords(some)
          const texts = some[0]?.texts
          if (packed && texts) prepared.set(texts, { batches: some, packed: await compressRecords(packed) })
        }),
      )
    },
    of: (batches) =>
      [...Map.groupBy(batches, ({ partition }) => partition)].flatMap(([partition, own]) =>
        ofPartition(partition, own),
      ),
  }
}

const toJob = (partition: number, batches: readonly RecordBatch[], packed: PackedRecords | undefined): NewJob => {
  const count = sum(batches, ({ texts }) => texts.length)
  const origin = originOf(batches)
  if (!packed) return { partition, count, origin, ...encodeJob<'records'>(batches) }
  const payload = toRecordsPayload(packed, batches[0]?.first ?? 0)
  return { partition, count, origin, payload, size: packed.size, bytes: payload.length }
}

/**
 * Groups batches of one partition into jobs, in order; the numbers within a job have no gaps. Where sources alternate line by line, a batch
 * holds hardly more than one record, and a job costs as much as hundreds of records.
 */
const intoJobs = <Batch extends UnnumberedBatch & { readonly first?: number }>(
  batches: readonly Batch[],
): readonly (readonly Batch[])[] => {
  const jobs: Batch[][] = []
  let [records, characters] = [Number.POSITIVE_INFINITY, 0]
  let next: number | undefined
  for (const batch of batches) {
    const size = charactersOf(batch)
    records += batch.texts.length
    characters += size
    if (records <= mostRecords && characters <= mostCharacters && batch.first === next) jobs.at(-1)?.push(batch)
    else {
      jobs.push([batch])
      records = batch.texts.length
      characters = size
    }
    next = batch.first === undefined ? undefined : batch.first + batch.texts.length
  }
  return jobs
}

const charactersOf = ({ texts }: UnnumberedBatch): number => sum(texts, (text) => text.length)

const sum = <Item>(items: readonly Item[], amount: (item: Item) => number): number =>
  items.reduce((total, item) => total + amount(item), 0)
