import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { limited, pause, unlessAborted, unlessStuck, within } from './deadline.ts'

const never = new Promise<never>(() => {})
const late = () => new Error('late')

describe('unlessAborted', () => {
  it('answers what the work answers', async () => {
    const { signal } = new AbortController()
    await expect(unlessAborted(Promise.resolve(1), signal)).resolves.toBe(1)
    await expect(unlessAborted(Promise.reject(new Error('no')), signal)).rejects.toThrow('no')
  })

  it('rejects with the reason of the signal, before or while it waits', async () => {
    const stop = new AbortController()
    const waiting = unlessAborted(never, stop.signal)
    stop.abort(new Error('stopped'))
    await expect(waiting).rejects.toThrow('stopped')
    await expect(unlessAborted(Promise.reject(new Error('unheard')), stop.signal)).rejects.toThrow('stopped')
  })
})

it('unlessStuck gives the work time to end after the signal', async () => {
  const stop = new AbortController()
  const slow = Promise.withResolvers<number>()
  const waiting = [unlessStuck(10_000, slow.promise, stop.signal), unlessStuck(1, never, stop.signal)]
  stop.abort(new Error('stopped'))
  await expect(waiting[1]).rejects.toThrow('stopped')
  slow.resolve(1)
  await expect(waiting[0]).resolves.toBe(1)
  await expect(unlessStuck(1, Promise.reject(new Error('no')), new AbortController().signal)).rejects.toThrow('no')
})

it('keeps one listener on a signal, however many wait, and none afterwards', async () => {
  const { signal } = new AbortController()
  const listeners = () => getEventListeners(signal, 'abort').length
  for (let round = 0; round < 2; round++) {
    const waits = Array.from({ length: 3 }, () => Promise.withResolvers<number>())
    const answers = waits.map(({ promise }) => unlessAborted(promise, signal))
    waits[0]?.resolve(0)
    await answers[0]
    expect(listeners()).toBe(1)
    waits.forEach(({ resolve }, index) => void resolve(index))
    expect(await Promise.all(answers)).toEqual([0, 1, 2])
    expect(listeners()).toBe(0)
  }
})

it('within answers in time what the work answers, and later what was agreed', async () => {
  await expect(within(1_000, Promise.resolve(1), late)).resolves.toBe(1)
  await expect(within(1, never, () => 2)).resolves.toBe(2)
  await expect(
    within(-1, never, () => {
      throw late()
    }),
  ).rejects.toThrow('late')
})

it('limited gives a signal that aborts in time, or with the other one', async () => {
  const stop = new AbortController()
  const waitFor = (signal: AbortSignal) => unlessAborted(never, signal)
  await expect(limited(1_000, stop.signal, async () => 1, late)).resolves.toBe(1)
  await expect(limited(1, stop.signal, waitFor, late)).rejects.toThrow('late')
  const waiting = limited(1_000, stop.signal, waitFor, late)
  stop.abort(new Error('stopped'))
  await expect(waiting).rejects.toThrow('stopped')
})

it('pause returns whether it ran undisturbed', async () => {
  const stop = new AbortController()
  await expect(pause(1, stop.signal)).resolves.toBe(true)
  const waiting = pause(10_000, stop.signal)
  stop.abort()
  await expect(waiting).resolves.toBe(false)
  await expect(pause(10_000, stop.signal)).resolves.toBe(false)
})
