import { expect, it } from 'vitest'
import { minute } from '../../lib/units/time.ts'
import { openStormGuard } from './storm.ts'

const limit = { messages: 2, per: 10 * minute }
const now = 100 * minute
/** The guard of a process that takes over, after messages so many minutes ago. */
const open = (...ago: readonly number[]) =>
  openStormGuard(
    async (since) => ago.map((minutes) => now - minutes * minute).filter((time) => time > since),
    now,
    limit,
  )

it('counts the messages of other processes', async () => {
  expect((await open()).plan(now)).toEqual({ single: 2 })
  expect((await open(30, 3)).plan(now)).toEqual({ single: 1 })
  expect((await open(9, 3)).plan(now)).toEqual({ together: true })
})

it('holds nothing back after the clock was set back', async () => {
  const guard = await open(9, 3, 0.5)
  expect(guard.plan(now - 2 * minute)).toEqual({ together: true })
  expect(guard.plan(now - 60 * minute)).toEqual({ single: 2 })
})

it('keeps the pause after a combined message of another process', async () => {
  const guard = await open(9, 3, 0.5)
  expect(guard.plan(now)).toEqual({ waitUntil: now + minute / 2 })
  expect(guard.plan(now + minute / 2)).toEqual({ together: true })
  expect(guard.plan(now + 8 * minute)).toEqual({ single: 1 })
})
