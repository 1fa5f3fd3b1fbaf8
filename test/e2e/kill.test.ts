import { afterEach, beforeEach, expect, it } from 'vitest'
import { createRandom } from '../../src/lib/random/random.ts'
import { keeps } from '../keeps.ts'
import { killRepeatedly } from './kill.ts'
import { freePort, scratch } from './program.ts'

const kills = Number(process.env.KILLS ?? 15)
let data: ReturnType<typeof scratch>
beforeEach(() => {
  data = scratch()
})
afterEach(() => data.remove())

it(`loses nothing and stores nothing twice when killed ${kills} times (${keeps('vedette.nothing-lost', 'vedette.stored-once')})`, {
  timeout: kills * 30_000 + 60_000,
}, async () => {
  const report = await killRepeatedly({
    kills,
    eventsPerSecond: 200,
    dataDir: data.path,
    port: await freePort(),
    random: createRandom(7).next,
  })
  const p95 = report.recoveries[Math.ceil(report.recoveries.length * 0.95) - 1]
  console.log(
    `killed ${report.kills} times: sent ${report.sent}, acknowledged ${report.acknowledged}, lost ${report.lost.length}, ` +
      `doubled ${report.doubled.length}, ready again after ${Math.round(p95 ?? 0)} ms (p95)`,
  )
  expect(report.acknowledged).toBeGreaterThan(kills * 50)
  expect(report.lost).toEqual([])
  expect(report.doubled).toEqual([])
  expect(report.deadLetters).toBe(0)
})
