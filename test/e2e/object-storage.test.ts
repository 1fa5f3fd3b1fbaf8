import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { fakeKeys, startFakeS3 } from '../../src/lib/s3/s3-server.fake.ts'
import { until } from '../until.ts'
import { freePort, root, scratch, startServer } from './program.ts'

const events = z.object({ data: z.array(z.object({ message: z.string() })) })
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
