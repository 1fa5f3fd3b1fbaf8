import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { fakeKeys, startFakeS3 } from '../../src/lib/s3/s3-server.fake.ts'
import { until } from '../until.ts'
import { freePort, root, scratch, startServer } from './program.ts'

const events = z.object({ data: z.array(z.object({ message: z.string() })) })
const health = z.object({ problems: z.array(z.string()) })
const run = promisify(execFile)

it('stores events in object storage, and loses none while it is away', async () => {
  const [data, s3] = [scratch(), await startFakeS3('logs')]
  const env = {
    VEDETTE_STORAGE_BLOCKS: 's3://logs/vedette',
    VEDETTE_STORAGE_S3_ENDPOINT: s3.url,
    VEDETTE_STORAGE_S3_ACCESS_KEY_ID: fakeKeys.accessKeyId,
    VEDETTE_STORAGE_S3_SECRET_ACCESS_KEY: fakeKeys.secretAccessKey,
  }
  const server = await startServer({ dataDir: data.path, port: await freePort(), env })
  const send = async (from: number) => {
    const lines = Array.from({ length: 10 }, (_, index) => `Nov 20 01:00:0${index} web app[1]: request ${from + index}`)
    const body = lines.join('\n')
    const answer = await server.ask('/api/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body,
    })
    expect(answer.status).toBe(200)
  }
  const search = () => server.ask('/api/v1/events?q=request&limit=100')
  const found = async () => events.parse(await (await search()).json()).data.map(({ message }) => message)
  const vedette = (...args: string[]) =>
    run(join(root, 'bin/vedette.cjs'), args, { env: { ...process.env, ...env, VEDETTE_DATA_DIR: data.path } })
  try {
    await send(0)
    await server.settled()
    expect(await found()).toHaveLength(10)
    expect([...s3.objects.keys()]).toEqual([expect.stringMatching(/^\/logs\/vedette\/\w+\/0\/0-[\da-f]{24}\.block$/)])
    expect((await vedette('doctor').catch((error) => error)).stdout).toMatch(/✔ blocks +s3:\/\/logs\/vedette can be/)

    s3.setBroken(true)
    await send(10)
    expect((await vedette('doctor').catch((error) => error)).stdout).toMatch(/✘ blocks +The object storage .*SlowDown/)
    s3.setBroken(false)
    await until(async () => (await found()).length === 20, 'the records that waited')
    expect(new Set(await found()).size).toBe(20)

    await vedette('backup', join(data.path, 'backup.tar.zst'))
    s3.objects.clear()
    const { stdout } = await vedette('restore', join(data.path, 'backup.tar.zst'), '--verify')
    expect(stdout).toMatch(/20 events/)
    expect(await server.stop()).toBe(0)
  } finally {
    await server.stop('SIGKILL')
    s3.close()
    data.remove()
  }
})

it('accepts what fits in the queue while object storage is away, then answers 503, and resumes by itself', async () => {
  const [data, s3] = [scratch(), await startFakeS3('logs')]
  const env = {
    VEDETTE_STORAGE_BLOCKS: 's3://logs',
    VEDETTE_STORAGE_S3_ENDPOINT: s3.url,
    VEDETTE_STORAGE_S3_ACCESS_KEY_ID: fakeKeys.accessKeyId,
    VEDETTE_STORAGE_S3_SECRET_ACCESS_KEY: fakeKeys.secretAccessKey,
    VEDETTE_QUEUE_MAX_RECORDS: '1000',
  }
  const server = await startServer({ dataDir: data.path, port: await freePort(), env })
  const send = (from: number) => {
    const lines = Array.from({ length: 300 }, (_, index) => `Nov 20 01:00:00 web app[1]: request ${from + index}`)
    const body = lines.join('\n')
    return server.ask('/api/v1/events', { method: 'POST', headers: { 'content-type': 'text/plain' }, body })
  }
  try {
    s3.setFault('error')
    for (const from of [0, 300, 600]) expect((await send(from)).status).toBe(200)
    // The program asks the service every five seconds; before, it knows only that the queue is full.
    const refused = await until(async () => {
      const answer = await send(900)
      return answer.status === 429 ? undefined : answer
    }, 'the reason')
    expect({ status: refused.status, wait: refused.headers.get('retry-after') }).toEqual({ status: 503, wait: '30' })
    expect(await refused.json()).toMatchObject({ detail: expect.stringContaining('s3://logs') })
    const { problems } = health.parse(await (await server.ask('/health/ready')).json())
    expect(problems).toContainEqual(expect.stringContaining('s3://logs'))

    s3.setFault(undefined)
    await until(async () => (await send(900)).status === 200, 'the queue accepting again')
    await server.settled()
    await until(async () => health.parse(await (await server.ask('/health/ready')).json()).problems.length === 0)
    const found: string[] = []
    for (let cursor = ''; ; ) {
      const page = await (await server.ask(`/api/v1/events?q=request&limit=500${cursor}`)).json()
      const { data: some, next_cursor } = events.extend({ next_cursor: z.string().nullish() }).parse(page)
      found.push(...some.map(({ message }) => message))
      if (!next_cursor) break
      cursor = `&cursor=${next_cursor}`
    }
    expect({ stored: found.length, different: new Set(found).size }).toEqual({ stored: 1_200, different: 1_200 })
  } finally {
    await server.stop('SIGKILL')
    s3.close()
    data.remove()
  }
})

it('answers 503 to a search while object storage is away', async () => {
  const [data, s3] = [scratch(), await startFakeS3('logs')]
  const env = {
    VEDETTE_STORAGE_BLOCKS: 's3://logs',
    VEDETTE_STORAGE_S3_ENDPOINT: s3.url,
    VEDETTE_STORAGE_S3_ACCESS_KEY_ID: fakeKeys.accessKeyId,
    VEDETTE_STORAGE_S3_SECRET_ACCESS_KEY: fakeKeys.secretAccessKey,
  }
  const server = await startServer({ dataDir: data.path, port: await freePort(), env })
  try {
    const body = 'Nov 20 01:00:00 web app[1]: request 1'
    await server.ask('/api/v1/events', { method: 'POST', headers: { 'content-type': 'text/plain' }, body })
    await server.settled()
    s3.setBroken(true)
    const answer = await server.ask('/api/v1/events?q=request')
    expect({ status: answer.status, wait: answer.headers.get('retry-after') }).toEqual({ status: 503, wait: '5' })
    expect(await answer.json()).toMatchObject({ code: 'unavailable', detail: expect.stringContaining('s3://logs') })
  } finally {
    await server.stop('SIGKILL')
    s3.close()
    data.remove()
  }
})
