import { afterEach, expect, it } from 'vitest'
import { silentLog } from '../component.ts'
import { day, hour, minute } from '../lib/units/time.ts'
import { createAgeClock } from './age-clock.ts'
import { type OpenStore, openStore } from './open-store.ts'

const stores: OpenStore[] = []
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
})

const start = async () => {
  let [time, moment] = [Date.UTC(2026, 0, 1), 0]
  const store = await openStore('sqlite::memory:', { now: () => time, log: silentLog })
  stores.push(store)
  const begin = () => createAgeClock(store.connections, () => moment)
  return {
    begin,
    time: () => time,
    set: (to: number) => {
      time = to
    },
    pass(ms: number) {
      time += ms
      moment += ms
    },
  }
}

it('follows the clock of a server that runs', async () => {
  const { begin, time, pass } = await start()
  const clock = begin()
  for (let run = 0; run < 3; run += 1) {
    expect(await clock.follow()).toBe(time())
    pass(10 * minute)
  }
  expect(clock.lag()).toBe(0)
})

it('catches up by a day per hour with a clock that is years ahead after a start', async () => {
  const { begin, time, set, pass } = await start()
  const began = await begin().follow()
  set(Date.UTC(2036, 0, 1))
  const clock = begin()
  expect(await clock.follow()).toBe(began)
  expect(clock.lag()).toBe(time() - began)
  pass(hour)
  expect(await clock.follow()).toBe(began + day)
  // The age clock of a process that ran before counts nothing twice.
  expect(await begin().follow()).toBe(began + day)
  set(began + 2 * hour)
  expect(await clock.follow()).toBe(began + 2 * hour)
  expect(clock.lag()).toBe(0)
})

it('catches up with a server that was off for two days in two hours', async () => {
  const { begin, time, pass, set } = await start()
  await begin().follow()
  set(time() + 2 * day)
  const clock = begin()
  await clock.follow()
  pass(2 * hour)
  expect(await clock.follow()).toBeLessThan(time())
  pass(10 * minute)
  expect(await clock.follow()).toBe(time())
})

it('counts only the time since another process followed it', async () => {
  const { begin, set, pass } = await start()
  const [first, second] = [begin(), begin()]
  const began = await first.follow()
  await second.follow()
  set(Date.UTC(2036, 0, 1))
  pass(hour)
  expect(await second.follow()).toBe(began + day)
  pass(hour)
  // It does not know how much of its pause the other one has counted.
  expect(await first.follow()).toBe(began + day)
})
