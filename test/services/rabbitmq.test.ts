import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { obey } from '../../src/pipeline/triage/llm/obedient.fake.ts'
import { startVendor, vendors } from '../../src/pipeline/triage/llm/vendors.fake.ts'
import { freePort, type Server, scratch, sleep, startServer } from '../e2e/program.ts'
import { keeps } from '../keeps.ts'
import { needs } from '../needs.ts'
import { until } from '../until.ts'
import { findRabbitmq, type Message, openLine, openQueues } from './rabbitmq.ts'

const security = (alert_id: string, more: object = {}) => ({
  alert_id,
  timestamp: new Date().toISOString(),
  alert_type: 'malware',
  severity: 'high',
  description: `Malware {0} ${alert_id}.`,
  source_ip: '45.33.32.156',
  asset_id: 'SRV-001',
  user_id: 'jdoe',
  file_hash: '5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8',
  ...more,
})

/** A message of the triage services. */
const wire = (alert: { readonly alert_id: string }, data: object = {}) => ({
  _meta: { message_id: `meta-${alert.alert_id}`, timestamp: '2026-01-05T10:00:00', publisher: 'MessagePublisher' },
  data: {
    message_id: `data-${alert.alert_id}`,
    message_type: 'alert.raw',
    correlation_id: alert.alert_id,
    timestamp: '2026-01-05T10:00:00',
    version: '1.0',
    payload: alert,
    ...data,
  },
})

const page = z.object({ data: z.array(z.object({ message: z.string() })), next_cursor: z.string().nullable() })

/** The count of each stored description. */
const stored = async (server: Server): Promise<ReadonlyMap<string, number>> => {
  const seen = new Map<string, number>()
  let cursor: string | null = null
  do {
    const query = new URLSearchParams({ q: 'source:rabbitmq', limit: '500', ...(cursor && { cursor }) })
    const { data, next_cursor } = page.parse(await (await server.ask(`/api/v1/events?${query}`)).json())
    for (const { message } of data) seen.set(message, (seen.get(message) ?? 0) + 1)
    cursor = next_cursor
  } while (cursor)
  return seen
}

const serviceHealth = z.looseObject({
  status: z.string(),
  problems: z.array(z.string()),
  checks: z.looseObject({ message_queue_consumer: z.string(), message_queue_publisher: z.string() }),
  error: z.string().optional(),
})

/** The arguments with which the consumers of the services declare a queue. */
const originalQueue = (queue: string) => ({
  queue,
  durable: true,
  arguments: {
    'x-dead-letter-exchange': `${queue}.dlx`,
    'x-dead-letter-routing-key': `${queue}.dlq`,
    'x-max-length': 100_000,
    'x-message-ttl': 86_400_000,
  },
})

describe('alerts from RabbitMQ', needs(await findRabbitmq()), () => {
  const ends: (() => unknown)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })

  const open = async (name: string, { url, env }: { readonly url?: string; readonly env?: NodeJS.ProcessEnv } = {}) => {
    const folder = scratch()
    ends.push(folder.remove)
    const queues = openQueues(name)
    ends.push(queues.remove)
    const port = await freePort()
    const start = (more: NodeJS.ProcessEnv = {}) =>
      startServer({
        dataDir: join(folder.path, 'data'),
        port,
        env: {
          RABBITMQ_URL: url ?? queues.url,
          VEDETTE_RABBITMQ_ALERTS: queues.alerts,
          VEDETTE_RABBITMQ_RESULTS: queues.results,
          ...env,
          ...more,
        },
      })
    return { queues, start }
  }
  const begin = async (name: string, env: NodeJS.ProcessEnv = {}) => {
    const { queues, start } = await open(name, { env })
    const server = await start()
    ends.push(() => server.stop())
    return { queues, server }
  }
  const triaged = (server: Server, id: string) =>
    until(async () => {
      const answer = await server.ask(`/api/v1/alerts/${id}`)
      if (answer.status !== 200) return undefined
      const found = z.looseObject({ triage: z.looseObject({}).nullable() }).parse(await answer.json())
      return found.triage ? found : undefined
    }, id)

  describe('with the default settings', () => {
    let queues: ReturnType<typeof openQueues>
    let server: Server
    let close: () => Promise<void>
    beforeAll(async () => {
      const begun = await begin('plain')
      queues = begun.queues
      server = begun.server
      const own = ends.splice(0).reverse()
      close = async () => {
        for (const end of own) await end()
      }
      await until(() => queues.depth(queues.alerts), 'The queue')
    })
    afterAll(() => close())

    it('publishes the triage result in the same envelope, with a priority by severity', async () => {
      await queues.send(wire(security('res-1', { severity: 'critical' })))
      await triaged(server, 'res-1')
      const [result] = await until(async () => {
        const messages = (await queues.depth(queues.results)) ? await queues.drain(queues.results) : []
        return messages.length > 0 ? messages : undefined
      }, 'The result')
      expect(result).toMatchObject({ durable: true, priority: 10, correlationId: 'res-1' })
      expect(result?.body).toMatchObject({
        _meta: { message_id: result?.messageId, publisher: 'vedette' },
        data: {
          message_id: result?.messageId,
          message_type: 'alert.result',
          correlation_id: 'res-1',
          version: '1.0',
          payload: {
            alert: security('res-1', { severity: 'critical', timestamp: expect.any(String) }),
            enrichment: {
              enrichment_sources: ['source_network', 'asset', 'user'],
              source_network: { ip_address: '45.33.32.156', is_internal: false },
              threat_intel: { indicators: expect.any(Array) },
            },
            triage_result: {
              alert_id: 'res-1',
              risk_level: expect.any(String),
              confidence: 50,
              reasoning: expect.any(String),
              recommended_actions: expect.any(Array),
            },
          },
        },
      })
      await server.settled()
      expect(await queues.drain(queues.results)).toEqual([])
    })

    it('accepts the envelope of the triage services, a plain payload, a plain alert and other formats', async () => {
      await queues.send(wire(security('form-1')))
      const { data } = wire(security('form-2'))
      await queues.send(data, { contentType: 'application/json' })
      await queues.send(security('form-3'))
      await queues.send(
        wire(
          { alert_id: 'form-4' },
          {
            source_type: 'splunk',
            payload: { result_id: 'form-4', category: 'malware', severity: 'high', src_ip: '1.2.3.4', message: 'm' },
          },
        ),
      )
      await queues.send(
        wire(
          { alert_id: 'x' },
          { message_type: 'alert.normalized.batch', payload: [security('form-5'), security('form-6')] },
        ),
      )
      await queues.send(
        wire(
          { alert_id: 'x' },
          { message_type: 'alert.enriched', payload: { alert: security('form-7'), enrichment: {} } },
        ),
      )
      for (let i = 1; i <= 7; i++) await triaged(server, `form-${i}`)
      expect(await queues.depth(queues.alerts)).toBe(0)
      expect(await queues.depth(`${queues.alerts}.dlq`)).toBe(0)
      expect(server.output()).toContain('Message consumer task started')
    })

    it('accepts denial_of_service for ddos, with and without the envelope', async () => {
      const attack = (id: string) => security(id, { alert_type: 'denial_of_service' })
      await queues.send(wire(attack('dos-1')))
      await queues.send(attack('dos-2'))
      for (const id of ['dos-1', 'dos-2']) expect(await triaged(server, id)).toMatchObject({ type: 'ddos' })
      expect(await queues.depth(`${queues.alerts}.dlq`)).toBe(0)
    })

    it('dead-letters an invalid message once, with the reason, and continues', async () => {
      await queues.send('{broken', { messageId: 'bad-1' })
      await queues.send(wire({ alert_id: 'bad-2' }), {
        messageId: 'bad-2',
        headers: { kept: 'yes' },
        correlationId: 'c',
      })
      await queues.send('', { messageId: 'bad-3' })
      await queues.send('[1, "two"]', { messageId: 'bad-4' })
      await queues.send(wire(security('good-1')))
      await triaged(server, 'good-1')
      await until(
        async () => ((await queues.depth(`${queues.alerts}.dlq`)) === 4 ? true : undefined),
        'Four dead letters',
      )
      const dead = await queues.drain(`${queues.alerts}.dlq`)
      expect(dead.map(({ messageId }) => messageId)).toEqual(['bad-1', 'bad-2', 'bad-3', 'bad-4'])
      expect(dead[0]).toMatchObject({
        durable: true,
        headers: { 'x-reason': 'The message is not JSON.', 'x-original-queue': queues.alerts },
        body: Buffer.from('{broken'),
      })
      expect(dead[1]).toMatchObject({
        correlationId: 'c',
        headers: { kept: 'yes', 'x-reason': expect.stringContaining('timestamp') },
      })
      await server.settled()
      expect(await queues.depth(`${queues.alerts}.dlq`)).toBe(0)
      expect(await queues.depth(queues.alerts)).toBe(0)
    })

    it('treats a repeated message as a duplicate', async () => {
      const same = wire(security('again-1'))
      for (let i = 0; i < 20; i++) await queues.send(same, { messageId: 'again' })
      await queues.send(wire(security('again-2')), { messageId: 'again' })
      await triaged(server, 'again-1')
      await triaged(server, 'again-2')
      const counts = [...(await stored(server))].filter(([text]) => text.includes('again-'))
      expect(counts.map(([, count]) => count)).toEqual([1, 1])
    })
  })

  it.each([
    ['agrees', 'likely_malicious'],
    ['escalates it', 'malicious'],
  ] as const)('publishes once more when a model answers later and %s, and no more', async (_what, verdict) => {
    const [vendor] = vendors
    if (!vendor) throw new Error('There is no vendor.')
    const said = { text: 'a file that is known to be malware', evidence_ids: ['e1'] }
    const model = await startVendor(vendor, () => ({
      ...obey('malware', said.text, 'e1'),
      verdict,
      risk_level: verdict === 'malicious' ? 'critical' : 'info',
      claims: [{ sign: 'for', ...said }],
    }))
    ends.push(model.wire.close)
    // A later result replaces one that is not sent yet.
    const first = Promise.withResolvers<void>()
    const { answer } = model.wire
    model.wire.answer = (request) => ({ ...answer(request), after: first.promise })
    const { queues, server } = await begin(`again-${verdict}`, {
      VEDETTE_TRIAGE_LLM_PROVIDERS: JSON.stringify([{ ...model.settings, name: 'local' }]),
      VEDETTE_TRIAGE_LLM_MIN_LEVEL: 'info',
    })
    await until(() => queues.depth(queues.alerts), 'The queue')
    await queues.send(wire(security('twice-1', { severity: 'medium' })))
    const results: Message[] = []
    await until(async () => {
      if (await queues.depth(queues.results)) results.push(...(await queues.drain(queues.results)))
      if (results.length > 0) first.resolve()
      return results.length >= 2 ? results : undefined
    }, 'Both results')
    await server.settled()
    results.push(...(await queues.drain(queues.results)))
    expect(results.map(({ correlationId }) => correlationId)).toEqual(['twice-1', 'twice-1'])
    expect(new Set(results.map(({ messageId }) => messageId)).size).toBe(2)
    const result = z.object({
      data: z.object({
        updated: z.boolean().optional(),
        payload: z.object({
          alert: z.looseObject({}),
          enrichment: z.looseObject({}),
          triage_result: z.looseObject({ provider_used: z.string(), risk_score: z.number() }),
        }),
      }),
    })
    const [before, after] = results.map(({ body }) => result.parse(body).data)
    expect([before?.updated, before?.payload.triage_result.provider_used]).toEqual([undefined, 'vedette'])
    expect([after?.updated, after?.payload.triage_result.provider_used]).toEqual([true, 'local'])
    expect(after?.payload.alert).toEqual(before?.payload.alert)
    expect(after?.payload.enrichment).toEqual(before?.payload.enrichment)
    const [low = 0, high = 0] = [before, after].map((one) => one?.payload.triage_result.risk_score)
    expect(high > low).toBe(verdict === 'malicious')
  })

  it(keeps('triage.stage-queues'), async () => {
    const { queues, start } = await open('stages')
    const { normalized, enriched, contextualized } = queues.stages
    // A consumer of the services may be there first.
    await queues.connection.queueDeclare(originalQueue(normalized))
    const server = await start({
      VEDETTE_RABBITMQ_NORMALIZED: normalized,
      VEDETTE_RABBITMQ_ENRICHED: enriched,
      VEDETTE_RABBITMQ_CONTEXTUALIZED: contextualized,
    })
    ends.push(() => server.stop())
    await until(() => queues.depth(queues.alerts), 'The queue')
    await queues.send(wire(security('stage-1', { severity: 'high' })))
    await triaged(server, 'stage-1')
    await until(async () => (await queues.depth(queues.results)) || undefined, 'The result')
    const alert = { alert_id: 'stage-1', alert_type: 'malware', severity: 'high' }
    const enrichment = { source_network: { ip_address: '45.33.32.156' } }
    for (const [queue, type, payload] of [
      [normalized, 'alert.normalized', alert],
      [enriched, 'alert.enriched', { alert, enrichment }],
      [
        contextualized,
        'alert.enriched_with_ti',
        { alert, enrichment: { ...enrichment, threat_intel: expect.any(Object) } },
      ],
    ] as const) {
      // And one may attach later, with its own arguments.
      await queues.connection.queueDeclare(originalQueue(queue))
      const [message, ...more] = await queues.drain(queue)
      expect(more).toEqual([])
      expect(message).toMatchObject({
        ...{ durable: true, priority: 8, correlationId: 'stage-1' },
        body: { data: { message_id: message?.messageId, message_type: type, correlation_id: 'stage-1', payload } },
      })
    }
  })

  it(keeps('triage.attach'), async () => {
    const { queues } = await begin('attach')
    for (const queue of [queues.alerts, queues.results]) {
      await until(async () => ((await queues.depth(queue)) === undefined ? undefined : true), queue)
      await queues.connection.queueDeclare(originalQueue(queue))
      await queues.connection.exchangeDeclare({ exchange: `${queue}.dlx`, type: 'direct', durable: true })
      await queues.connection.queueDeclare({
        queue: `${queue}.dlq`,
        durable: true,
        arguments: { 'x-max-length': 50_000, 'x-message-ttl': 604_800_000 },
      })
    }
  })

  it('works with queues that were declared differently', async () => {
    const { queues, start } = await open('before')
    await queues.connection.queueDeclare({
      queue: queues.alerts,
      durable: true,
      arguments: { 'x-max-length': 10_000, 'x-message-ttl': 86_400_000 },
    })
    await queues.send(wire(security('before-1')))
    const server = await start()
    ends.push(() => server.stop())
    await triaged(server, 'before-1')
  })

  it('loses and duplicates nothing under repeated kills', async () => {
    const { queues, start } = await open('kill')
    const count = 600
    let server = await start()
    await until(() => queues.depth(queues.alerts), 'The queue')
    const sending = (async () => {
      for (let i = 0; i < count; i++) {
        const id = `kill-${i}`
        await queues.send(wire(security(id, { file_hash: i.toString(16).padStart(32, '0') })), { messageId: id })
        if (i % 20 === 0) await sleep(60)
      }
    })()
    for (let kill = 0; kill < 4; kill++) {
      await sleep(150 + kill * 90)
      await server.stop('SIGKILL')
      server = await start()
    }
    ends.push(() => server.stop())
    await sending
    await until(async () => ((await stored(server)).size >= count ? true : undefined), 'All alerts')
    const seen = await stored(server)
    expect(seen.size).toBe(count)
    expect([...seen].filter(([, times]) => times !== 1)).toEqual([])
    expect(await queues.depth(`${queues.alerts}.dlq`)).toBe(0)

    // Each alert was published; a result published twice has the same id.
    const heard = new Map<string, Set<string | undefined>>()
    const results: Message[] = []
    await until(async () => {
      results.push(...(await queues.drain(queues.results)))
      for (const { correlationId = '', messageId } of results.splice(0)) {
        heard.set(correlationId, (heard.get(correlationId) ?? new Set()).add(messageId))
      }
      return heard.size >= count ? true : undefined
    }, 'All results')
    expect(heard.size).toBe(count)
  })

  it('starts without the broker, says so, and recovers from repeated disconnects', async () => {
    const line = openLine(await freePort())
    ends.push(line.close)
    const { queues, start } = await open('line', { url: line.url })
    const server = await start()
    ends.push(() => server.stop())
    const health = async () => serviceHealth.parse(await (await server.ask('/health')).json())
    const problems = async () => (await health()).problems
    const broker = (state: 'connected' | 'disconnected') => ({
      database: 'connected',
      message_queue_consumer: state,
      message_queue_publisher: state,
    })
    expect(await health()).toMatchObject({ status: 'healthy', checks: broker('disconnected') })
    await until(
      async () => ((await problems()).some((text) => text.includes('rabbitmq')) ? true : undefined),
      'A problem',
    )
    expect((await health()).error).toContain('rabbitmq')
    await line.open()
    await until(() => queues.depth(queues.alerts), 'The queue')
    await until(async () => (await health()).checks.message_queue_consumer === 'connected', 'The consumer')
    await until(async () => (await health()).checks.message_queue_publisher === 'connected', 'The publisher')
    expect((await health()).error).toBeUndefined()
    await line.close()
    await until(async () => (await health()).checks.message_queue_consumer === 'disconnected', 'A lost consumer')
    await until(async () => (await health()).checks.message_queue_publisher === 'disconnected', 'A lost publisher')
    await line.open()
    for (let i = 0; i < 5; i++) {
      for (let k = 0; k < 20; k++) await queues.send(wire(security(`line-${i}-${k}`)), { messageId: `line-${i}-${k}` })
      line.cut()
      await sleep(100)
    }
    await until(async () => ((await stored(server)).size >= 100 ? true : undefined), 'All alerts')
    const seen = await stored(server)
    expect(seen.size).toBe(100)
    expect([...seen.values()].every((times) => times === 1)).toBe(true)
    await until(async () => ((await problems()).length === 0 ? true : undefined), 'The end of the outage')
    const heard = new Set<string | undefined>()
    await until(async () => {
      for (const { correlationId } of await queues.drain(queues.results)) heard.add(correlationId)
      return heard.size >= 100 ? true : undefined
    }, 'All results')
  })
})
