import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OpenStore } from '../open-store.ts'

const begin = Date.UTC(2026, 0, 5, 8)
const plenty = { cost: 1e9, tokens: 1e9, calls: 1e9 }

/** Checks what every database must do for language models. `open` gives an empty store. */
export const describeLlmStore = (name: string, open: (now: () => number) => Promise<OpenStore>) => {
  describe(`language models in the store ${name}`, () => {
    let store: OpenStore
    beforeEach(async () => {
      store = await open(() => begin)
    })
    afterEach(() => store.close())

    it('never reserves more than the limit, however many callers ask at once', async () => {
      const limits = [
        { period: 'month', ...plenty, cost: 1_000 },
        { period: 'hour', ...plenty, calls: 50 },
      ]
      const taken = await Promise.all(
        Array.from({ length: 40 }, () => store.llm.reserve(limits, { cost: 150, tokens: 10 }, begin)),
      )
      expect(taken.filter((full) => full === undefined)).toHaveLength(6)
      expect(new Set(taken.filter((full) => full !== undefined))).toEqual(new Set(['month']))
      expect(await store.llm.spent('month')).toEqual({ cost: 900, tokens: 60, calls: 6 })
      expect(await store.llm.spent('hour')).toEqual({ cost: 900, tokens: 60, calls: 6 })
      await store.llm.settle(['month', 'hour'], { cost: -800, tokens: -50 })
      expect(await store.llm.reserve(limits, { cost: 900, tokens: 0 }, begin)).toBeUndefined()
      expect(await store.llm.reserve(limits, { cost: 1, tokens: 0 }, begin)).toBe('month')
      expect(await store.llm.spent('never')).toEqual({ cost: 0, tokens: 0, calls: 0 })
    })

    it('hands out an alert that waits once, and again when nobody ended it', async () => {
      const { llm } = store
      await store.transaction((tx) => llm.request(['b', 'a', 'a'], begin, tx))
      const both = await Promise.all([llm.claim(begin, begin + 100, 5), llm.claim(begin, begin + 100, 5)])
      expect(both.flat().sort()).toEqual(['a', 'b'])
      await llm.done('a', begin + 100)
      expect(await llm.claim(begin + 99, begin + 200, 5)).toEqual([])
      expect(await llm.claim(begin + 100, begin + 200, 5)).toEqual(['b'])
      await llm.postpone('b', begin + 200, begin + 500)
      expect(await llm.claim(begin + 300, begin + 900, 5)).toEqual([])
      await store.transaction((tx) => llm.request(['b'], begin + 50, tx))
      // The previous claim does not complete a later request.
      await llm.done('b', begin + 500)
      expect(await llm.claim(begin + 300, begin + 900, 5)).toEqual(['b'])
    })

    it('keeps answers until they expire, and what calls cost', async () => {
      const { llm } = store
      await llm.keep('k', { verdict: 'benign' }, begin + 10)
      await llm.keep('k', { verdict: 'suspicious' }, begin + 20)
      expect(await llm.recall('k', begin + 19)).toEqual({ answer: { verdict: 'suspicious' } })
      expect(await llm.recall('k', begin + 20)).toBeUndefined()
      const call = {
        time: begin,
        alertId: 'a',
        provider: 'p',
        model: 'm',
        prompt: 'triage@1',
        outcome: 'answered',
        inputTokens: 100,
        outputTokens: 20,
        cost: 600,
        durationMs: 12.7,
      }
      await llm.record({ ...call, id: '1' })
      await llm.record({ ...call, id: '2', cost: 0 })
      await llm.record({ ...call, id: '3', outcome: 'it was busy' })
      expect(await llm.metered(begin)).toEqual([
        {
          provider: 'p',
          model: 'm',
          outcome: 'answered',
          calls: 2,
          input_tokens: 200,
          output_tokens: 40,
          cost: 600,
          duration_ms: 26,
        },
        {
          provider: 'p',
          model: 'm',
          outcome: 'it was busy',
          calls: 1,
          input_tokens: 100,
          output_tokens: 20,
          cost: 600,
          duration_ms: 13,
        },
      ])
      await llm.forget(begin + 20)
      expect(await llm.recall('k', begin)).toBeUndefined()
    })
  })
}
