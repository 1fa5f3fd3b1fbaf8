import { expect, it, onTestFinished } from 'vitest'
import { freePort, scratch, startServer } from '../e2e/program.ts'
import { needs } from '../needs.ts'
import { until } from '../until.ts'
import { findPostgres, postgresDatabase } from './postgres.ts'
import { findRabbitmq, openLine, removeQueuesOf } from './rabbitmq.ts'
import { sendSteadily, stored } from './steady-sender.ts'

it('refuses records with 503 while RabbitMQ is away, and stores each accepted one once', {
  ...needs(await findPostgres(), await findRabbitmq()),
}, async () => {
  const data = scratch()
  const database = postgresDatabase()
  await database.create()
  const line = openLine(await freePort())
  await line.open()
  const server = await startServer({
    dataDir: data.path,
    port: await freePort(),
    env: { VEDETTE_STORAGE_URL: database.url, VEDETTE_QUEUE_URL: line.url, VEDETTE_PARTITIONS: '2' },
  })
  onTestFinished(async () => {
    await server.stop()
    await line.close()
    await removeQueuesOf(database.url)
    await database.drop()
    data.remove()
  })
  const metrics = async () => (await server.ask('/metrics')).text()
  expect(await metrics()).toContain('vedette_queue_broker_up{broker="rabbitmq"} 1')

  const sender = sendSteadily(server, 'record')
  await until(() => sender.accepted.length > 5)
  await line.close()
  await until(() => sender.refused.length > 5)
  expect(sender.refused.filter(({ status, retryAfter }) => status !== 503 || retryAfter === null)).toEqual([])
  const ready = await server.ask('/health/ready')
  expect(ready.status).toBe(503)
  expect(await ready.json()).toMatchObject({ problems: [expect.stringMatching(/^RabbitMQ cannot be reached since/)] })
  expect(await metrics()).toContain('vedette_queue_broker_up{broker="rabbitmq"} 0')
  const before = sender.accepted.length

  await line.open()
  await until(() => sender.accepted.length > before + 5)
  await sender.stop()
  await server.settled()
  expect((await stored(server, 'record')).toSorted()).toEqual([...sender.accepted].toSorted())
})
