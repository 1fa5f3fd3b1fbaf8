import { describe, expect, it } from 'vitest'
import { createSharedWork } from './shared-work.ts'

const never = new AbortController().signal

describe('shared work', () => {
  it('runs once for concurrent callers, and sends all of them its messages', async () => {
    const share = createSharedWork<string, number>()
    const { promise, resolve } = Promise.withResolvers<number>()
    const told: string[] = []
    let say: (text: string) => void = () => undefined
    let begun = 0
    const work = (send: (text: string) => void) => {
      begun++
      say = send
      return promise
    }
    const first = share('a', work, { send: (text) => told.push(`1 ${text}`), signal: never })
    say('x')
    const second = share('a', work, { send: (text) => told.push(`2 ${text}`), signal: never })
    const third = share('a', work, { signal: never })
    say('y')
    resolve(7)
    expect(await Promise.all([first, second, third])).toEqual([7, 7, 7])
    expect(told).toEqual(['1 x', '1 y', '2 y'])
    expect(begun).toBe(1)
    expect(await share('a', async () => 8, { signal: never })).toBe(8)
  })

  it('continues while anyone waits, and is aborted with the last caller', async () => {
    const share = createSharedWork<string, number>()
    let called: AbortSignal | undefined
    const work = (_send: unknown, signal: AbortSignal) => {
      called = signal
      return new Promise<number>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }
    const [one, other] = [new AbortController(), new AbortController()]
    const first = share('a', work, { signal: one.signal })
    const second = share('a', work, { signal: other.signal })
    one.abort(new Error('gone'))
    await expect(first).rejects.toThrow('gone')
    expect(called?.aborted).toBe(false)
    other.abort(new Error('gone too'))
    await expect(second).rejects.toThrow('gone too')
    expect(called?.aborted).toBe(true)
    // The next one does not join what was called off.
    expect(await share('a', async () => 3, { signal: never })).toBe(3)
  })

  it('fails for all callers, and does not begin for an aborted one', async () => {
    const share = createSharedWork<string, number>()
    const work = async () => {
      throw new Error('broken')
    }
    const asked = [share('a', work, { signal: never }), share('a', work, { signal: never })]
    for (const one of asked) await expect(one).rejects.toThrow('broken')
    await expect(share('a', async () => 1, { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone')
  })
})
