import { spawnSync } from 'node:child_process'
import { existsSync, renameSync, rmSync, truncateSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { keeps } from '../keeps.ts'
import { until } from '../until.ts'
import { freePort, root, type Server, scratch, startServer } from './program.ts'

let folder: ReturnType<typeof scratch>
let data = ''
let server: Server
const begin = async () => {
  folder = scratch()
  data = join(folder.path, 'data')
  server = await startServer({ dataDir: data, port: await freePort() })
}
const end = async () => {
  await server.stop('SIGKILL')
  folder.remove()
}

const vedette = async (...args: readonly string[]) =>
  spawnSync(join(root, 'vedette'), [...args], {
    cwd: folder.path,
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      PORT: String(await freePort()),
      VEDETTE_DATA_DIR: data,
      VEDETTE_SAMPLES: 'off',
    },
    encoding: 'utf8',
    timeout: 120_000,
  })

describe(`a second server on the same data folder (${keeps('vedette.one-server')})`, () => {
  // Nothing here changes the data, so the tests share the folder and its server.
  beforeAll(begin)
  afterAll(end)

  it.each([['serve'], ['watch', '.'], ['mcp']])('is rejected: %s', async (...args) => {
    const { status, stderr, stdout } = await vedette(...args)
    expect(status, stderr).toBe(2)
    expect(stderr).toContain(
      `Another server uses ${join(data, 'vedette.db')}: process ${server.child.pid} on ${hostname()}`,
    )
    expect(stderr).toContain(`at ${server.url}`)
    expect(stderr).toContain('--data-dir')
    expect(stdout).toBe('')
    expect((await server.ask('/health/ready')).status).toBe(200)
  })

  it('starts once the first was killed, and then rejects a third by name', async () => {
    await server.stop('SIGKILL')
    server = await startServer({ dataDir: data, port: await freePort() })
    const { status, stderr } = await vedette('serve')
    expect(status).toBe(2)
    expect(stderr).toContain(`process ${server.child.pid} on`)
    expect(stderr).toContain(server.url)
  })

  it('does not disturb a backup', async () => {
    const { status, stderr } = await vedette('backup', join(folder.path, 'copy.db'))
    expect(status, stderr).toBe(0)
  })
})

describe(`a data folder that disappears under a running server (${keeps('vedette.ready')})`, () => {
  beforeEach(begin)
  afterEach(end)

  const problem = z.object({ title: z.string(), detail: z.string(), status: z.literal(503) })
  const send = () =>
    server.ask('/api/v1/events', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'one line' })

  /** Expects that records are rejected, and that every readiness check says why. */
  const refuses = async (reason: string) => {
    const answer = await send()
    expect(answer.status).toBe(503)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(problem.parse(await answer.json()).detail).toContain(reason)
    const ready = await server.ask('/health/ready')
    expect(ready.status).toBe(503)
    expect(await ready.text()).toContain(reason)
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(503)
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
  }

  it('is detected before the next record is acknowledged', async () => {
    expect((await send()).status).toBe(200)
    // If the server renames one of its files meanwhile, rmSync reports no error and leaves the rest.
    while (existsSync(data)) rmSync(data, { recursive: true, force: true, maxRetries: 5 })
    await refuses('was deleted')
  })

  it('is detected when the database is emptied', async () => {
    expect((await send()).status).toBe(200)
    truncateSync(join(data, 'vedette.db'))
    await refuses('damaged')
  })

  it('can be restored', async () => {
    renameSync(data, `${data}-away`)
    await refuses('was deleted')
    renameSync(`${data}-away`, data)
    await until(async () => (await server.ask('/health/ready')).status === 200, 'readiness')
    expect((await send()).status).toBe(200)
  })
})
