import { beforeEach, describe, expect, it } from 'vitest'
import { createBackOff } from './back-off.ts'

describe('sign-in back-off', () => {
  let time: number
  let backOff: ReturnType<typeof createBackOff>
  beforeEach(() => {
    time = 1_000_000
    backOff = createBackOff(() => time)
  })
  /** Returns the required wait in seconds. */
  const wait = (account: string, address: string): number => {
    try {
      backOff.begin(account, address)
      return 0
    } catch (error) {
      return error instanceof Error && 'retryAfter' in error ? Number(error.retryAfter) : Number.NaN
    }
  }
  const fail = (times: number, account: string, address: (index: number) => string) => {
    for (let i = 0; i < times; i++) while (wait(account, address(i)) > 0) time += 1_000
  }

  it('allows five attempts, then doubles the wait up to 15 minutes', () => {
    fail(6, 'ada', () => 'a')
    const waits: number[] = []
    for (let i = 0; i < 12; i++) {
      waits.push(wait('ada', 'a'))
      time += (waits.at(-1) ?? 0) * 1_000
      expect(wait('ada', 'a')).toBe(0)
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900])
  })

  it('counts attempts when they begin, so that concurrent attempts all count', () => {
    expect(Array.from({ length: 8 }, () => wait('ada', 'a') > 0)).toEqual([...Array(6).fill(false), true, true])
  })

  it('slows distributed guessing but not an address that signed in before', () => {
    expect(wait('ada', 'home')).toBe(0)
    backOff.succeeded('ada', 'home')
    fail(40, 'ada', (index) => `bot ${index}`)
    expect(wait('ada', 'another bot')).toBeGreaterThan(0)
    expect(wait('ada', 'another bot')).toBeLessThanOrEqual(60)
    expect(wait('ada', 'home')).toBe(0)
    expect(wait('bob', 'another bot')).toBe(0)
  })

  it('resets after a correct password and after an hour', () => {
    fail(6, 'ada', () => 'a')
    time += 1_000
    expect(backOff.begin('ada', 'a')).toBe(6)
    backOff.succeeded('ada', 'a')
    expect(backOff.begin('ada', 'a')).toBe(0)
    fail(20, 'ada', () => 'a')
    time += 3_600_000
    expect(backOff.begin('ada', 'a')).toBe(0)
  })
})
