import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { installNpmClients } from '../npm-clients/install.ts'
import { until } from '../until.ts'
import { end } from './clients.ts'
import { type FaultyProxy, openFaultyProxy } from './faulty-proxy.ts'
import { adminToken, freePort, type Server, scratch, sleep, startServer } from './program.ts'

const list = z.object({
  data: z.array(z.object({ message: z.string(), fields: z.record(z.string(), z.unknown()), time: z.string() })),
})
const count = 20
const sent = Array.from({ length: count }, (_, i) => `line ${i}`).sort()

describe('clients from npm', () => {
  const folder = scratch()
  let program: string
  let server: Server
  let faulty: FaultyProxy
  let ports: { readonly gelf: number; readonly syslog: number }
  let client: ChildProcess | undefined

  beforeAll(async () => {
    program = installNpmClients()
    ports = { gelf: await freePort(), syslog: await freePort() }
    const config = join(folder.path, 'vedette.yaml')
    writeFileSync(config, `sources:\n  - { name: gelf-pro, type: gelf, tcp: ${ports.gelf} }\n`)
    server = await startServer({
      dataDir: join(folder.path, 'data'),
      port: await freePort(),
      args: ['--config', config, '--syslog', String(ports.syslog)],
    })
    faulty = await openFaultyProxy(Number(new URL(server.url).port))
  })
  beforeEach(() => faulty.reset())
  afterEach(async () => {
    if (client) await end(client)
    client = undefined
  })
  afterAll(async () => {
    faulty.close()
    await server.stop()
    folder.remove()
  })

  const eventsOf = async (query: string) => {
    await server.settled()
    const answer = await server.ask(`/api/v1/events?limit=100&q=${encodeURIComponent(query)}`)
    return list.parse(await answer.json()).data
  }
  /** Sends with a client, and expects each line once, with its level and a time of now. */
  const expectOnce = async (name: string, port: number, query: string) => {
    const started = Date.now()
    let printed = ''
    client = spawn(process.execPath, [program, name, `http://127.0.0.1:${port}`, adminToken, String(count)])
    for (const stream of [client.stdout, client.stderr]) {
      stream?.on('data', (text) => {
        printed += text
      })
    }
    await until(
      async () => (await eventsOf(query)).length >= count,
      () => `${count} lines of ${name} after ${faulty.requests()} requests\n${printed}`,
    )
    if (port === faulty.port) await until(() => faulty.requests() > 3, 'the request after the cut')
    // Something doubled would come now.
    await sleep(1_500)
    const events = await eventsOf(query)
    // winston-loki adds the level to the text.
    expect(events.map(({ message }) => message.replace(/ \{"level":"error"\}$/, '')).sort()).toEqual(sent)
    for (const { fields, time } of events) {
      expect(fields['log.level']).toMatch(/^err/)
      expect(Date.parse(time)).toBeGreaterThan(started - 1_000)
    }
  }

  it.each(['elasticsearch', 'pino-elasticsearch', 'pino-loki', 'winston-loki', 'splunk-logging', 'winston-http'])(
    '%s delivers each line once',
    (name) => expectOnce(name, Number(new URL(server.url).port), `source:${name}`),
  )

  // The others drop what a server refuses.
  it.each(['winston-elasticsearch', 'opentelemetry'])(
    '%s delivers each line once, through 429, 503 and a cut',
    (name) => expectOnce(name, faulty.port, `source:${name}`),
  )

  it('gelf-pro delivers each line', () => expectOnce('gelf-pro', ports.gelf, 'source:gelf-pro'))

  it('winston-syslog delivers each line', () =>
    expectOnce('winston-syslog', ports.syslog, 'process.name:winston-syslog'))
})
