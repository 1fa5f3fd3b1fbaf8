import { afterEach, beforeEach, expect, it } from 'vitest'
import { keeps } from '../keeps.ts'
import { killRepeatedly } from './kill.ts'
import { freePort, scratch } from './program.ts'

const kills = Number(process.env.KILLS ?? 15)
let data: ReturnType<typeof scratch>
beforeEach(() => {
  data = scratch()
})
afterEach(() => data.remove())

/** A small seeded generator (mulberry32): the same kill times in every run. */
const seeded = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}

it(`loses nothing and stores nothing twice when killed ${kills} times (${keeps('vedette.nothing-lost', 'vedette.stored-once')})`, {
  timeout: kills * 30_000 + 60_000,
}, async () => {
  const report = await killRepeatedly({
    kills,
    eventsPerSecond: 200,
    dataDir: data.path,
    port: await freePort(),
    random: seeded(7),
  })
  const p95 = report.recoveries[Math.ceil(report.recoveries.length * 0.95) - 1]
  console.log(
    `killed ${report.kills} times: sent ${report.sent}, acknowledged ${report.acknowledged}, lost ${report.lost.length}, ` +
      `doubled ${report.doubled.length}, ready again after ${Math.round(p95 ?? 0)} ms (p95)`,
  )
  expect(report.acknowledged).toBeGreaterThan(kills * 50)
  expect(report.lost).toEqual([])
  expect(report.doubled).toEqual([])
})
