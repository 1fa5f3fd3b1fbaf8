import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { adminToken, freePort, root, scratch, startServer } from '../e2e/program.ts'
import { needs } from '../needs.ts'
import { until } from '../until.ts'
import { createLine, type Line } from './line.ts'
import { createPostgresCluster, type PostgresCluster, postgresPrograms } from './postgres-cluster.ts'
import { sendSteadily, stored } from './steady-sender.ts'

describe('the program on PostgreSQL', needs(postgresPrograms()), () => {
  let cluster: PostgresCluster
  let line: Line
  let url: string
  const data = scratch()
  const ends: (() => unknown)[] = []
  beforeAll(async () => {
    cluster = await createPostgresCluster()
    const port = await freePort()
    line = createLine(port, { host: '127.0.0.1', port: cluster.port })
    await line.open()
    url = cluster.url(port)
  })
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })
  afterAll(async () => {
    await line?.close()
    await cluster?.remove()
    data.remove()
  })

  const start = async () => {
    const server = await startServer({ dataDir: data.path, port: await freePort(), env: { VEDETTE_STORAGE_URL: url } })
    ends.push(() => server.stop('SIGKILL'))
    return server
  }
  /** Starts the program without waiting until it is ready. */
  const spawnServer = async (storage: string) => {
    const port = await freePort()
    let printed = ''
    const child = spawn(join(root, 'bin/vedette.cjs'), ['serve'], {
      env: {
        ...process.env,
        PORT: String(port),
        VEDETTE_DATA_DIR: data.path,
        VEDETTE_ADMIN_TOKEN: adminToken,
        VEDETTE_STORAGE_URL: storage,
        VEDETTE_SAMPLES: 'off',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        printed += chunk
      })
    }
    ends.push(() => child.kill('SIGKILL'))
    return { child, exit: exitOf(child), output: () => printed, url: `http://127.0.0.1:${port}` }
  }
  const exitOf = (child: ChildProcess) => new Promise<number | null>((done) => child.once('exit', done))

  const status = async (address: string) => {
    const answer = await fetch(address).catch(() => undefined)
    await answer?.body?.cancel()
    return answer?.status
  }

  const losses: readonly { readonly name: string; lose(): Promise<void>; restore(): Promise<void> }[] = [
    {
      name: 'restart',
      lose: () => cluster.stop('fast'),
      restore: () => cluster.start(),
    },
    {
      name: 'crash',
      lose: () => cluster.stop('immediate'),
      restore: () => cluster.start(),
    },
    {
      name: 'cut',
      lose: () => line.close(),
      restore: () => line.open(),
    },
    {
      name: 'silence',
      lose: async () => line.silence(),
      restore: async () => line.resume(),
    },
  ]
  for (const { name, lose, restore } of losses) {
    it(`stays live during a ${name}, is not ready meanwhile, and loses and duplicates nothing`, async () => {
      const server = await start()
      const sending = sendSteadily(server, name)
      await until(() => sending.accepted.length > 20)
      await lose()
      try {
        await until(async () => (await status(`${server.url}/health/ready`)) === 503, 'not being ready')
        expect(await status(`${server.url}/health/live`)).toBe(200)
        const ready = await server.ask('/health/ready')
        expect(ready.headers.get('retry-after')).toBe('5')
        expect(await ready.json()).toMatchObject({
          status: 'not_ready',
          // The thread of the pipeline may notice it too.
          problems: expect.arrayContaining([expect.stringContaining('does not answer')]),
        })
        await until(() => sending.refused.length > 0)
        expect((await server.ask('/metrics')).status).toBe(200)
      } finally {
        await restore()
      }
      await until(async () => (await status(`${server.url}/health/ready`)) === 200, 'being ready again')
      const before = sending.accepted.length
      await until(() => sending.accepted.length > before + 20, 'more being accepted')
      await sending.stop()
      await server.settled()
      expect([...(await stored(server, name))].sort()).toEqual([...sending.accepted].sort())
      for (const { status: code, retryAfter, ms } of sending.refused) {
        expect({ code, waits: Number(retryAfter) > 0 }).toEqual({ code: 503, waits: true })
        expect(ms).toBeLessThan(30_000)
      }
      expect(await server.stop()).toBe(0)
    })
  }

  it('keeps running when single connections are closed under load', async () => {
    const server = await start()
    const sending = sendSteadily(server, 'ended')
    for (let round = 1; round <= 10; round++) {
      await until(() => sending.accepted.length > round * 5)
      await cluster.ask("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'vedette'")
    }
    await sending.stop()
    await server.settled()
    expect([...(await stored(server, 'ended'))].sort()).toEqual([...sending.accepted].sort())
    expect(await server.stop()).toBe(0)
  })

  it('stops cleanly while the database is unreachable', async () => {
    const server = await start()
    await line.close()
    ends.push(line.open)
    await until(async () => (await status(`${server.url}/health/ready`)) === 503)
    expect(await server.stop()).toBe(0)
  })

  it('waits for an unreachable database at the start, live but not ready', async () => {
    await line.close()
    const { child, exit, output, url: address } = await spawnServer(url)
    await until(
      async () => (await status(`${address}/health/live`)) === 200,
      () => `being live\n${output()}`,
    )
    const ready = await fetch(`${address}/health/ready`)
    expect({ status: ready.status, after: ready.headers.get('retry-after') }).toEqual({ status: 503, after: '5' })
    const sent = await fetch(`${address}/api/v1/events`, { method: 'POST', body: 'a line' })
    expect({ status: sent.status, after: sent.headers.get('retry-after') }).toEqual({ status: 503, after: '5' })
    expect(await sent.json()).toMatchObject({ code: 'unavailable' })
    expect(output()).toContain('Waiting for the database.')
    expect(output()).not.toContain('secret')
    await line.open()
    await until(
      async () => (await status(`${address}/health/ready`)) === 200,
      () => `being ready\n${output()}`,
    )
    child.kill('SIGTERM')
    expect(await exit).toBe(0)
  })

  it('stops cleanly while it waits', async () => {
    await line.close()
    ends.push(line.open)
    const { child, exit, output } = await spawnServer(url)
    await until(() => output().includes('Waiting for the database.'))
    child.kill('SIGTERM')
    expect(await exit).toBe(0)
  })

  it('fails at once when the password is wrong', async () => {
    const { exit, output } = await spawnServer(url.replace('secret', 'guess'))
    expect(await exit).toBe(4)
    expect(output()).toContain('password authentication failed')
    expect(output()).toContain('storage.url')
    expect(output()).not.toContain('guess')
  })
})
