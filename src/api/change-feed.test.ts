import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Change, createChangeFeed, readChanges } from './change-feed.ts'

describe('the feed of changes', () => {
  afterEach(() => void vi.useRealTimers())

  const store: Change[] = []
  let reads = 0
  const read = async (after: number, limit: number) => {
    reads += 1
    return store.filter(({ updated_at }) => updated_at > after).slice(0, limit)
  }
  let visible = Number.POSITIVE_INFINITY
  const settled = async () => visible
  const incident = (id: string, version: number, updated_at: number): Change => ({
    kind: 'incident',
    id,
    version,
    updated_at,
  })
  beforeEach(() => {
    vi.useFakeTimers({ now: 100_000 })
    store.length = 0
    visible = Number.POSITIVE_INFINITY
    reads = 0
  })

  it('reads only while somebody follows', async () => {
    const feed = createChangeFeed({ read, settled, now: Date.now, failed: () => {} })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(reads).toBe(0)
    const stop = feed.follow(() => {})
    await vi.advanceTimersByTimeAsync(3_000)
    expect(reads).toBe(3)
    stop()
    await vi.advanceTimersByTimeAsync(5_000)
    expect(reads).toBe(3)
  })

  it('reports each change once, late ones too', async () => {
    const told: string[] = []
    const feed = createChangeFeed({ read, settled, now: Date.now, failed: () => {} })
    feed.follow(({ id, version }) => told.push(`${id}/${version}`))
    store.push(incident('b', 1, 100_900))
    await vi.advanceTimersByTimeAsync(1_000)
    // Written before, visible after: its transaction took longer.
    store.unshift(incident('a', 1, 100_500))
    await vi.advanceTimersByTimeAsync(3_000)
    store.push(incident('b', 2, 104_000))
    await vi.advanceTimersByTimeAsync(30_000)
    expect(told).toEqual(['b/1', 'a/1', 'b/2'])
  })

  it('reports a change of a transaction that took longer than others', async () => {
    const reported: string[] = []
    visible = 100_400
    createChangeFeed({ read, settled, now: Date.now, failed: () => {} }).follow(({ id }) => reported.push(id))
    for (let second = 1; second < 30; second += 1) {
      store.push(incident(`b${second}`, 1, 100_000 + second * 1_000))
      await vi.advanceTimersByTimeAsync(1_000)
    }
    store.unshift(incident('a', 1, 100_500))
    visible = Number.POSITIVE_INFINITY
    await vi.advanceTimersByTimeAsync(2_000)
    expect(reported).toContain('a')
    expect(new Set(reported).size).toBe(reported.length)
    expect(reported).toHaveLength(30)
  })

  it('reports a change in the millisecond of the subscription', async () => {
    const reported: string[] = []
    createChangeFeed({ read, settled, now: Date.now, failed: () => {} }).follow(({ id }) => reported.push(id))
    store.push(incident('a', 1, 100_000))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(reported).toEqual(['a'])
  })

  it('goes on after a read that failed', async () => {
    const failed = vi.fn()
    let broken = true
    const feed = createChangeFeed({
      read: (after, limit) => (broken ? Promise.reject(new Error('away')) : read(after, limit)),
      settled,
      now: Date.now,
      failed,
    })
    const told = vi.fn()
    feed.follow(told)
    store.push(incident('a', 1, 100_500))
    await vi.advanceTimersByTimeAsync(1_000)
    broken = false
    await vi.advanceTimersByTimeAsync(1_000)
    expect([failed.mock.calls.length, told.mock.calls.length]).toEqual([1, 1])
  })

  it('reads page after page', async () => {
    for (let i = 1; i <= 1_234; i++) store.push(incident(`i${i}`, 1, i))
    expect(await Array.fromAsync(readChanges(read, 0))).toHaveLength(1_234)
  })
})
