import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { incident } from '../../src/schema/incident/incident.ts'
import { sampleRemoval, sampleStatus } from '../../src/schema/record/sample.ts'
import { yardstick } from '../cpu-clock.ts'
import { until } from '../until.ts'
import { freePort, root, type Server, scratch, startServer } from './program.ts'

const labels = z
  .object({
    files: z.array(z.object({ name: z.string(), lines: z.int() })),
    stages: z.array(z.object({ id: z.string(), title: z.string() })),
  })
  .parse(JSON.parse(readFileSync(join(root, 'samples/labels.json'), 'utf8')))
const lines = labels.files.reduce((sum, file) => sum + file.lines, 0)

const anyList = z.object({ data: z.array(z.record(z.string(), z.unknown())) })
const json = { 'content-type': 'application/json' }

/** A server with the sample, which stops with the test. */
const prepare = async () => {
  const folder = scratch()
  onTestFinished(folder.remove)
  const options = { dataDir: join(folder.path, 'data'), port: await freePort(), env: { VEDETTE_SAMPLES: 'auto' } }
  return async () => {
    const server = await startServer(options)
    onTestFinished(async () => void (await server.stop('SIGKILL')))
    return server
  }
}

const get = async <T>(server: Server, path: string, shape: z.ZodType<T>): Promise<T> =>
  shape.parse(await (await server.ask(`/api/v1/${path}`)).json())

const remove = async (server: Server) =>
  sampleRemoval.parse(await (await server.ask('/api/v1/samples', { method: 'DELETE' })).json())

const loaded = (server: Server) =>
  until(async () => {
    const status = await get(server, 'samples', sampleStatus)
    expect(['absent', 'loading', 'loaded']).toContain(status.state)
    return status.state === 'loaded' && status
  }, 'the sample')

it('shows the recorded week soon after the first start, and removes it with one request', async () => {
  const began = Date.now()
  const before = yardstick()
  const server = await (await prepare())()
  const status = await loaded(server)
  expect(status).toMatchObject({ records: lines, analysed: lines })
  const busy = server.busy()
  const measure = (before + yardstick()) / 2
  console.log(`start and recorded week: ${busy.toFixed(1)} s of one core, ${(busy / measure).toFixed(0)} yardsticks`)
  // 4 to 9 were measured, the most on an idle machine.
  expect(busy / measure).toBeLessThan(15)
  const end = Date.parse(status.to ?? '')
  // The week ends 15 minutes before it is loaded.
  expect(end).toBeGreaterThan(began - 17 * 60_000)
  expect(end).toBeLessThanOrEqual(Date.now())

  const { data: incidents } = await get(server, 'incidents', z.object({ data: z.array(incident) }))
  const [intruder = '?'] = labels.stages.find(({ id }) => id === 'break-in')?.title.split(' ') ?? []
  const attack = incidents.find(({ title }) => title.includes(intruder))
  expect(attack?.title).toContain('ended in a login')
  expect(attack?.evidence.length).toBeGreaterThanOrEqual(5)

  expect(await remove(server)).toMatchObject({ events: lines, incidents: incidents.length })
  for (const noun of ['events', 'detections', 'alerts', 'incidents', 'sources', 'notifications']) {
    expect(await get(server, noun, anyList), noun).toMatchObject({ data: [] })
  }
  expect(await get(server, 'samples', sampleStatus)).toMatchObject({ state: 'removed', analysed: 0 })
  expect(await remove(server)).toMatchObject({ events: 0 })
})

it('is replaced permanently by the first real records', async () => {
  const start = await prepare()
  const server = await start()
  const body = 'Nov 20 10:00:00 own-host app[1]: hello'
  // In the middle of the analysis.
  expect((await server.ask('/api/v1/events', { method: 'POST', body })).status).toBe(200)
  const events = async () => (await get(server, 'events', anyList)).data
  await until(async () => (await events()).length > 0, 'the first real record')
  expect(await events()).toMatchObject([{ original: body }])
  expect(await get(server, 'sources', anyList)).toMatchObject({ data: [{ source: 'http' }] })
  expect((await server.ask('/api/v1/samples', { method: 'POST', body: '{}', headers: json })).status).toBe(409)
  await server.stop()

  const second = await start()
  expect(await get(second, 'samples', sampleStatus)).toMatchObject({ state: 'removed' })
  expect(await get(second, 'incidents', anyList)).toMatchObject({ data: [] })
})

it('is removed if a kill left it half loaded, and can be loaded again', async () => {
  const start = await prepare()
  const server = await start()
  await until(async () => (await get(server, 'samples', sampleStatus)).analysed > 0, 'a part of the sample')
  await server.stop('SIGKILL')
  const second = await start()
  expect(await get(second, 'samples', sampleStatus)).toMatchObject({ state: 'removed', analysed: 0 })
  expect((await second.ask('/api/v1/samples', { method: 'POST', body: '{}', headers: json })).status).toBe(200)
  expect(await loaded(second)).toMatchObject({ analysed: lines })
})
