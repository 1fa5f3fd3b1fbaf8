import { expect, it } from 'vitest'
import { createLate } from './late.ts'

it('loads at the first use, once for all callers', async () => {
  let loads = 0
  const late = createLate(async () => ({ number: ++loads }))
  expect(loads).toBe(0)
  const [one, other] = await Promise.all([late.load(), late.load()])
  expect(one).toBe(other)
  expect(await late.load()).toBe(one)
  expect(loads).toBe(1)
})

it('forgets a failure, also one that is thrown before the first await', async () => {
  const attempts = [
    () => {
      throw new Error('thrown at once')
    },
    () => Promise.reject(new Error('rejected')),
    async () => 'loaded',
  ]
  const late = createLate(() => attempts.shift()?.() ?? Promise.reject(new Error('loaded twice')))
  await expect(Promise.allSettled([late.load(), late.load()])).resolves.toMatchObject([
    { reason: { message: 'thrown at once' } },
    { reason: { message: 'thrown at once' } },
  ])
  await expect(late.load()).rejects.toThrow('rejected')
  expect(await late.load()).toBe('loaded')
  expect(await late.load()).toBe('loaded')
})

it('returns what is loaded without loading it', async () => {
  const results = [Promise.reject(new Error('rejected')), Promise.resolve('loaded')]
  const late = createLate(() => results.shift() ?? Promise.reject(new Error('loaded twice')))
  expect(await late.loaded()).toBeUndefined()
  const failing = late.load()
  expect(await late.loaded()).toBeUndefined()
  await expect(failing).rejects.toThrow('rejected')
  expect(await late.loaded()).toBeUndefined()
  void late.load()
  expect(await late.loaded()).toBe('loaded')
})
