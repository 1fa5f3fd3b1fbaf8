import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runFake } from '../cli.fake.ts'
import { checkClock, checkDisk, checkFolder, checkMemory, checkNode, checkSpace, describeWorkers } from './doctor.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-doctor-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('checks the runtime and the clock', () => {
  expect(checkNode('24.11.0').well).toBe(true)
  expect(checkNode('26.1.0').well).toBe(true)
  expect(checkNode('24.10.9')).toMatchObject({ well: false, advice: expect.stringContaining('24.11') })
  expect(checkClock(0).well).toBe(false)
})

it('checks that the memory suffices for a server under load', () => {
  expect(checkMemory(2 ** 30)).toEqual({ well: true, name: 'memory', text: '1,024 MB for this process' })
  expect(checkMemory(256 * 2 ** 20)).toMatchObject({ well: false, advice: expect.stringContaining('512 MB') })
})

it('checks that the folder is writable and private', () => {
  expect(checkFolder({ data_dir: join(folder, 'not/yet') })).toMatchObject({ well: true })
  chmodSync(folder, 0o700)
  expect(checkFolder({ data_dir: folder })).toMatchObject({ well: true, text: folder })
  chmodSync(folder, 0o755)
  expect(checkFolder({ data_dir: folder })).toMatchObject({ well: false, advice: `chmod 700 ${folder}` })
  expect(checkDisk({ data_dir: join(folder, 'not/yet') }).text).toMatch(/GB free$/)
})

it('reports what uses the port', async () => {
  const squatter = createServer((socket) => socket.destroy())
  await new Promise<void>((done) => squatter.listen(0, '127.0.0.1', done))
  const address = squatter.address()
  const port = String(typeof address === 'object' && address ? address.port : 0)
  const env = { VEDETTE_DATA_DIR: join(folder, 'data'), HOME: folder }
  const taken = await runFake(['doctor', '--port', port, '--json'], { env, fetch })
  await new Promise((done) => squatter.close(done))
  expect(taken.code).toBe(1)
  expect(JSON.parse(taken.out)).toContainEqual(
    expect.objectContaining({ name: 'server', well: false, text: expect.stringContaining('another program') }),
  )
  const free = await runFake(['doctor', '--port', port], { env, fetch })
  expect(free.out).toMatch(/✔ server +not running/)
})

it('asks the server that VEDETTE_URL names, although it has another port', async () => {
  const server = createHttpServer((request, response) => {
    response.statusCode = request.url === '/vedette/health/ready' ? 200 : 404
    response.end()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/vedette`
  const env = { VEDETTE_DATA_DIR: join(folder, 'data'), HOME: folder, VEDETTE_URL: `${url}/` }
  const running = await runFake(['doctor'], { env, fetch })
  expect(running.out).toContain(`ready at ${url}`)
  await new Promise((done) => server.close(done))
  const stopped = await runFake(['doctor'], { env, fetch })
  expect(stopped.code).toBe(1)
  expect(stopped.out).toMatch(/✘ server +nothing responds at http.*\n.*VEDETTE_URL/)
})

it('reports a broker that does not answer, without its password', async () => {
  const env = {
    ...{ VEDETTE_QUEUE_URL: 'amqp://user:hushhush@127.0.0.1:1', VEDETTE_STORAGE_URL: 'postgres://127.0.0.1:1/vedette' },
    ...{ VEDETTE_DATA_DIR: join(folder, 'data'), HOME: folder },
  }
  const { code, out } = await runFake(['doctor'], { env, fetch })
  expect(code).toBe(1)
  expect(out).toMatch(/✘ rabbitmq +connect ECONNREFUSED/)
  expect(out).not.toContain('hushhush')
})

it('lists the faults of the configuration', async () => {
  const { code, out } = await runFake(['doctor'], { env: { PORT: 'x', HOME: folder } })
  expect(code).toBe(1)
  expect(out).toMatch(/✘ config .*PORT/)
})

it('advises to compact a database that never shrinks', () => {
  const space = { bytes: 100 * 2 ** 20, free: 40 * 2 ** 20, shrinks: false }
  expect(checkSpace(space)).toMatchObject({
    text: 'intact; 100.0 MB, of which 40.0 MB is free for new rows',
    advice: expect.stringContaining('vedette compact'),
  })
  expect(checkSpace({ ...space, shrinks: true })).not.toHaveProperty('advice')
  expect(checkSpace({ ...space, free: 2 ** 20 })).not.toHaveProperty('advice')
})

it('says which process works what, and what nobody works', () => {
  const state = { partition: 0, waiting: 0, oldestAge: 0, attempts: 0 }
  const states = [
    { ...state, topic: 'records' as const, owner: 'web-01/7' },
    { ...state, topic: 'records' as const, partition: 1, owner: 'web-02/9' },
    { ...state, topic: 'alerts' as const, owner: 'web-01/7' },
  ]
  expect(describeWorkers(states)).toEqual({
    well: true,
    name: 'workers',
    text: 'web-01/7: records 0, alerts · web-02/9: records 1',
  })
  expect(describeWorkers([...states, { ...state, topic: 'incidents', owner: undefined }])).toMatchObject({
    well: false,
    text: expect.stringContaining('nobody works incidents'),
    advice: expect.stringContaining('vedette worker'),
  })
})
