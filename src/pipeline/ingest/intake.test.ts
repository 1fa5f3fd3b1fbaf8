import { describe, expect, it } from 'vitest'
import { AppError } from '../../errors.ts'
import type { RawRecord, RecordBatch } from '../../schema/record/record.ts'
import { createIntake } from './intake.ts'
import type { RecentGroup } from './recent-keys.ts'

const lines = (count: number, source = 'auth'): readonly RawRecord[] =>
  Array.from({ length: count }, (_, index) => ({ text: `line ${index}`, source, receivedAt: 1000 }))

/** A store that contains only what was committed. */
const createDeps = (maxRecords = Number.POSITIVE_INFINITY, groups: RecentGroup[] = []) => {
  const kept = { commits: 0, next: 0, batches: [] as RecordBatch[], keys: new Map<string, [string, string]>(), groups }
  const cursors = new Map<string, string>()
  const fault: { next: Error | undefined } = { next: undefined }
  type Draft = Omit<typeof kept, 'commits'> & { cursors: [string, string][] }
  const intake = createIntake<Draft>({
    partitions: 1,
    now: () => 5000,
    maxWaiting: 1000,
    store: {
      async transaction(work) {
        const draft: Draft = { ...kept, batches: [], keys: new Map(kept.keys), cursors: [] }
        const result = await work(draft)
        await new Promise((resolve) => setTimeout(resolve, 2))
        if (fault.next) {
          const error = fault.next
          fault.next = undefined
          throw error
        }
        kept.commits += 1
        kept.next = draft.next
        kept.keys = draft.keys
        kept.groups = draft.groups
        kept.batches.push(...draft.batches)
        for (const [key, position] of draft.cursors) cursors.set(key, position)
        return result
      },
      intake: {
        async reserve(counts, draft) {
          const first = new Map<number, number>()
          for (const [partition, count] of counts) {
            first.set(partition, draft.next)
            draft.next += count
          }
          return first
        },
        async remember(key, bodyHash, answer, _at, draft) {
          const [knownHash, knownAnswer] = draft.keys.get(key) ?? []
          if (knownHash !== undefined) return { bodyHash: knownHash, answer: knownAnswer ?? '' }
          draft.keys.set(key, [bodyHash, answer])
          return undefined
        },
        async rememberEach(keys, _at, draft) {
          const fresh = new Set(keys.filter((key) => !draft.keys.has(key)))
          for (const key of fresh) draft.keys.set(key, ['', ''])
          return fresh
        },
        async rememberRecent(group, forgotten, _at, draft) {
          draft.groups = [...draft.groups.filter(({ id }) => !forgotten.includes(id)), group]
        },
        listRecent: async () => kept.groups,
        async saveCursor(source, key, position, draft) {
          draft.cursors.push([`${source} ${key}`, position])
        },
      },
    },
    queue: {
      async prepare() {},
      async publish(_topic, batches, draft) {
        const waiting = kept.next + batches.reduce((sum, batch) => sum + batch.texts.length, 0)
        if (waiting > maxRecords) throw new AppError('QUEUE_FULL', 'Full.', { retryable: true, retryAfter: 1 })
        draft.batches.push(...batches)
      },
    },
  })
  return { intake, kept, cursors, fault }
}

describe('the intake', () => {
  it('recognizes recent records in other groups, also after a restart, and forgets the oldest', async () => {
    const { intake, kept, fault } = createDeps()
    const send = (to: typeof intake, ...names: readonly string[]) =>
      to.accept(
        names.map((text) => ({ text, source: 'auth', receivedAt: 1000 })),
        { recent: names },
      )
    fault.next = new Error('killed')
    await expect(send(intake, 'a', 'b')).rejects.toThrow('killed')
    await Promise.all([send(intake, 'a', 'b'), send(intake, 'b', 'c', 'c')])
    const restarted = createDeps(Number.POSITIVE_INFINITY, kept.groups)
    await send(restarted.intake, 'c', 'd')
    expect([...kept.batches, ...restarted.kept.batches].flatMap(({ texts }) => texts)).toEqual(['a', 'b', 'c', 'd'])
    const many = (from: number) => Array.from({ length: 60_000 }, (_, i) => `${from + i}`)
    await send(restarted.intake, ...many(0))
    await send(restarted.intake, ...many(60_000))
    expect(restarted.kept.groups.flatMap(({ keys }) => keys).length).toBe(60_000)
  })

  it('stores a position without records', async () => {
    const { intake, cursors } = createDeps()
    await intake.accept([], { cursor: { source: 'auth', key: 'inode', position: '7' } })
    expect([...cursors]).toEqual([['auth inode', '7']])
  })

  it('numbers records without gaps, in the order of the calls', async () => {
    const { intake, kept } = createDeps()
    const answers = await Promise.all([3, 0, 2].map((count) => intake.accept(lines(count))))
    expect(answers.map(({ accepted }) => accepted)).toEqual([3, 0, 2])
    await intake.accept(lines(1))
    expect(kept.batches.map(({ partition, first, texts }) => [partition, first, texts.length])).toEqual([
      [0, 0, 3],
      [0, 3, 2],
      [0, 5, 1],
    ])
  })

  it('commits together what arrives during a commit', async () => {
    const { intake, kept } = createDeps()
    await Promise.all(Array.from({ length: 40 }, () => intake.accept(lines(1))))
    expect(kept.commits).toBeLessThanOrEqual(2)
    expect(kept.next).toBe(40)
  })

  it('accepts a request once, however often it comes', async () => {
    const { intake, kept } = createDeps()
    const key = { key: 'k', bodyHash: 'h' }
    const answers = await Promise.all(Array.from({ length: 10 }, () => intake.accept(lines(2), key)))
    expect(answers.filter(({ repeated }) => !repeated)).toEqual([{ accepted: 2, repeated: false }])
    expect(await intake.accept(lines(2), key)).toEqual({ accepted: 2, repeated: true })
    expect(kept.next).toBe(2)
  })

  it('rejects a reused key with another body, and nothing else', async () => {
    const { intake, kept } = createDeps()
    const [first, second, third] = await Promise.allSettled([
      intake.accept(lines(2), { key: 'k', bodyHash: 'one' }),
      intake.accept(lines(3), { key: 'k', bodyHash: 'two' }),
      intake.accept(lines(4)),
    ])
    expect(first.status).toBe('fulfilled')
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'IDEMPOTENCY_KEY_REUSED' } })
    expect(third.status).toBe('fulfilled')
    expect(kept.next).toBe(6)
  })

  it('saves positions with their records', async () => {
    const { intake, cursors, fault } = createDeps()
    fault.next = new AppError('STORAGE_FULL', 'The disk is full.', { retryable: true })
    const cursor = { key: 'inode', position: '{"offset":10}' }
    await expect(intake.accept(lines(2), { cursor })).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    expect(cursors.size).toBe(0)
    await intake.accept(lines(2), { cursor })
    expect(cursors.get('auth inode')).toBe('{"offset":10}')
  })

  it('continues after a failure', async () => {
    const { intake, fault, kept } = createDeps()
    fault.next = new Error('broken')
    const failed = await Promise.allSettled([intake.accept(lines(1)), intake.accept(lines(1))])
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await intake.accept(lines(1))).toEqual({ accepted: 1, repeated: false })
    expect(kept.next).toBe(1)
  })

  it('accepts the requests of a group that fit in the queue', async () => {
    const { intake, kept } = createDeps(10)
    const answers = await Promise.allSettled([6, 6, 4].map((count) => intake.accept(lines(count))))
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(kept.next).toBe(10)
  })

  it('limits the records waiting in memory', async () => {
    const { intake } = createDeps()
    const answers = await Promise.allSettled(Array.from({ length: 5 }, () => intake.accept(lines(50))))
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
    expect(answers.at(-1)).toMatchObject({ reason: { code: 'QUEUE_FULL', retryable: true, retryAfter: 1 } })
    expect(await intake.accept(lines(500))).toMatchObject({ accepted: 500 })
  })

  it('skips records with known keys, from the same request or another', async () => {
    const { intake, kept } = createDeps()
    const first = await intake.accept(lines(3), { keys: ['a', 'b', 'a'] })
    expect(first).toEqual({ accepted: 2, repeated: false })
    const [second, third] = await Promise.all([
      intake.accept(lines(2), { keys: ['b', 'c'] }),
      intake.accept(lines(2), { keys: ['c', 'a'] }),
    ])
    expect([second?.accepted, third?.accepted]).toEqual([1, 0])
    expect(kept.batches.flatMap(({ texts }) => texts)).toEqual(['line 0', 'line 1', 'line 1'])
    expect(kept.next).toBe(3)
  })

  it('forgets the keys of a failed commit', async () => {
    const { intake, kept, fault } = createDeps()
    fault.next = new Error('The disk went away.')
    await expect(intake.accept(lines(1), { keys: ['a'] })).rejects.toThrow('went away')
    expect(await intake.accept(lines(1), { keys: ['a'] })).toMatchObject({ accepted: 1 })
    expect(kept.batches).toHaveLength(1)
  })
})
