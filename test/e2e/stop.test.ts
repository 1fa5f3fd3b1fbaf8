import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { keeps } from '../keeps.ts'
import { until } from '../until.ts'
import { adminToken, freePort, root, scratch, startServer } from './program.ts'

let data: ReturnType<typeof scratch>
beforeEach(() => {
  data = scratch()
})
afterEach(() => data.remove())

const body = (from: number, count: number) =>
  Array.from(
    { length: count },
    (_, i) => `${new Date().toISOString()} web-01 app[1]: INFO request ${from + i} served`,
  ).join('\n')

it(`drains on SIGTERM, exits with 0, and has all records after the next start (${keeps('vedette.nothing-lost')})`, async () => {
  const port = await freePort()
  const first = await startServer({ dataDir: data.path, port })
  for (let i = 0; i < 20; i++) {
    const answer = await first.ask('/api/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: body(i * 1000, 1000),
    })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ accepted: 1000, rejected: 0 })
  }
  expect(await first.stop('SIGTERM')).toBe(0)

  const second = await startServer({ dataDir: data.path, port })
  // Records that were not processed before the stop are processed now.
  const found = await until(async () => {
    const answer = await second.ask('/api/v1/events?q="request 19999 served"')
    const { data } = z.object({ data: z.array(z.object({ message: z.string() })) }).parse(await answer.json())
    return data.length > 0 && data
  }, 'the last line that was accepted')
  expect(found).toEqual([{ message: expect.stringContaining('request 19999 served') }])
  expect(await second.stop()).toBe(0)
})

it('rejects a second server on the same port with a message', async () => {
  const port = await freePort()
  const first = await startServer({ dataDir: data.path, port })
  const other = scratch()
  const second = spawnSync(process.execPath, [join(root, 'bin/vedette.cjs'), 'serve'], {
    env: { ...process.env, PORT: String(port), VEDETTE_DATA_DIR: other.path, VEDETTE_ADMIN_TOKEN: adminToken },
    encoding: 'utf8',
    timeout: 120_000,
  })
  expect(second.status).toBe(2)
  expect(second.stderr).toContain(String(port))
  other.remove()
  expect(await first.stop()).toBe(0)
})
