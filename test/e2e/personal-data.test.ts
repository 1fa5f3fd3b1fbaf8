import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { portOf } from '../../src/api/compat-ports.ts'
import { queryFields } from '../../src/api/graphql/fields.ts'
import { examples } from '../../src/api/rest/examples.ts'
import type { Route } from '../../src/api/rest/route.ts'
import { mainRoutes } from '../../src/api/rest/routes.ts'
import { compatSystems } from '../../src/compat/systems.fake.ts'
import { personalFields } from '../../src/schema/inventory/person.ts'
import { keeps } from '../keeps.ts'
import { until } from '../until.ts'
import { freePort, type Server, scratch, startServer } from './program.ts'

const routes = mainRoutes(compatSystems)

/** A user whose personal fields have unique values. */
const canary = {
  username: 'dana',
  department: 'Operations',
  title: 'Domain Admin',
  email: 'quail.canary@people.example',
  full_name: 'Quail Canary',
  phone: '+351 555 019 9421',
  manager: 'Heron Canary',
  location: 'Canary Wharf',
  aliases: 'canary-alias',
}
const leakIn = (text: string): string | undefined => /.{0,80}(?:canary|555 019 9421).{0,40}/i.exec(text)?.[0]
const weaker = ['ingest', 'viewer', 'auditor'] as const

const alert = {
  alert_id: 'ALT-7',
  timestamp: new Date().toISOString(),
  alert_type: 'malware',
  severity: 'high',
  description: 'Malware on the host of somebody',
  source_ip: '45.33.32.156',
  target_ip: '10.0.0.50',
  asset_id: 'SRV-001',
  user_id: 'dana',
}

/** Inputs of each operation whose output concerns a user. */
const bodies: Readonly<Record<string, unknown>> = {
  ...examples,
  collect_context: { user_id: 'dana', asset_id: 'SRV-001', source_ip: '10.0.0.50' },
  enrich_alert: alert,
  judge_alert: { alert },
  find_similar_alerts: { alert: { entities: [{ type: 'user', value: 'dana' }] } },
}

const folder = scratch()
const tokens = new Map<string, string>()
const ports = new Map<string, string>()
let server: Server
let ids: { readonly alert: string; readonly incident: string; readonly event: string }

const json = { 'content-type': 'application/json' }
const bearer = (token: string | undefined): Record<string, string> =>
  token ? { authorization: `Bearer ${token}` } : {}
const data = z.object({ data: z.array(z.looseObject({ id: z.string() })).min(1) })

beforeAll(async () => {
  const opened = await Promise.all(compatSystems.map(async ({ name }) => `${name}:${await freePort()}`))
  server = await startServer({
    dataDir: join(folder.path, 'data'),
    port: await freePort(),
    cwd: folder.path,
    env: { VEDETTE_COMPAT_PORTS: opened.join(','), VEDETTE_SERVER_RATE_LIMIT_REQUESTS: '100000' },
  })
  for (const one of opened) ports.set(one.split(':')[0] ?? '', `http://127.0.0.1:${one.split(':')[1]}`)
  const send = async (path: string, body: unknown, type = 'application/json') => {
    const payload = typeof body === 'string' ? body : JSON.stringify(body)
    const answer = await server.ask(path, { method: 'POST', headers: { 'content-type': type }, body: payload })
    expect(answer.ok, `${path} ${answer.status}`).toBe(true)
    return answer.json()
  }
  for (const role of [...weaker, 'analyst']) {
    const { secret } = z.object({ secret: z.string() }).parse(await send('/api/v1/tokens', { name: role, role }))
    tokens.set(role, secret)
  }
  await send('/api/v1/users/import', [canary])
  // A change and a removal both appear in the audit log.
  await send('/api/v1/users/import', [
    { ...canary, username: 'gone', email: 'gone.canary@people.example', aliases: 'canary-two' },
  ])
  await server.ask('/api/v1/users/gone', { method: 'DELETE' })
  await send('/api/v1/accounts', {
    username: 'ivo',
    role: 'viewer',
    email: 'ivo.canary@people.example',
    full_name: 'Ivo Canary',
  })
  await send('/api/v1/alerts', alert)
  const line = 'Jan 08 10:00:00 web-01 sshd[1]: Failed password for dana from 45.33.32.156 port 4711 ssh2'
  await send('/api/v1/events', Array.from({ length: 40 }, () => line).join('\n'), 'text/plain')
  await server.settled()
  const first = async (path: string) => data.parse(await (await server.ask(path)).json()).data[0]?.id ?? ''
  ids = await until(async () => {
    const [alerts, incidents] = await Promise.all(
      ['/api/v1/alerts?q=entity.user:dana', '/api/v1/incidents'].map(async (path) => (await server.ask(path)).json()),
    )
    if (!data.safeParse(alerts).success || !data.safeParse(incidents).success) return undefined
    return {
      alert: await first('/api/v1/alerts?q=entity.user:dana'),
      incident: await first('/api/v1/incidents'),
      event: await first('/api/v1/events'),
    }
  }, 'an alert and its incident')
}, 120_000)
afterAll(async () => {
  await server?.stop()
  folder.remove()
})

const idFor = ({ path }: Route): string =>
  /incident/.test(path) ? ids.incident : /event/.test(path) ? ids.event : /users?\//.test(path) ? 'dana' : ids.alert

/** Sends the request of one row; reads a stream for a second. */
const ask = async (base: string, route: Route, headers: Record<string, string>) => {
  const path = route.path.replace(/:\w+/, encodeURIComponent(idFor(route)))
  const query = route.path.endsWith('/query') ? '?ip=10.0.0.50' : ''
  const body = bodies[route.operation.name] ?? {}
  const answer = await fetch(base + path + query, {
    method: route.method,
    headers: { ...headers, ...(typeof body === 'string' ? { 'content-type': 'text/csv' } : json) },
    ...(route.method !== 'GET' && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { status: answer.status, text: await answer.text() }
}

/** Revokes tokens, so later requests would fail. */
const isCrawled = ({ method, path }: Route): boolean => method !== 'DELETE' && !/logout|tokens|accounts/.test(path)

describe(`personal data of users (${keeps('vedette.personal-data')})`, () => {
  it('is visible to analysts: in the user list, in the context of an alert, and in the alert', async () => {
    const headers = { ...bearer(tokens.get('analyst')), ...json }
    const read = async (path: string, body?: unknown) =>
      (
        await fetch(server.url + path, {
          headers,
          ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
        })
      ).text()
    const answers = [
      await read('/api/v1/users'),
      await read('/api/v1/context', { user_id: 'dana' }),
      await read(`/api/v1/alerts/${ids.alert}`),
    ]
    const collector = ports.get('context-collector')
    answers.push(
      await (
        await fetch(`${collector}/api/v1/enrich`, { method: 'POST', headers, body: JSON.stringify(alert) })
      ).text(),
    )
    for (const text of answers) {
      for (const field of personalFields) expect(text, field).toContain(canary[field])
      expect(text).not.toContain('withheld')
    }
  })

  it('is listed as withheld, and other fields remain', async () => {
    const viewer = bearer(tokens.get('viewer'))
    const asked = await fetch(`${server.url}/api/v1/context`, {
      method: 'POST',
      headers: { ...viewer, ...json },
      body: '{"user_id":"dana"}',
    })
    const kept = {
      username: 'dana',
      department: 'Operations',
      role: 'Domain Admin',
      email: null,
      full_name: null,
      aliases: [],
    }
    expect(await asked.json()).toMatchObject({
      user: { ...kept, withheld: expect.arrayContaining([...personalFields]) },
    })
    const details = await (await fetch(`${server.url}/api/v1/alerts/${ids.alert}`, { headers: viewer })).json()
    expect(details).toMatchObject({
      context: expect.arrayContaining([expect.objectContaining({ data: expect.objectContaining({ ...kept }) })]),
    })
  })

  it.each(['nobody', ...weaker])(
    'is in no response of the main port to %s',
    async (role) => {
      const seen = new Set<number>()
      for (const route of routes.filter(isCrawled)) {
        const { status, text } = await ask(server.url, route, bearer(tokens.get(role)))
        seen.add(status)
        expect(leakIn(text), `${route.method} ${route.path}`).toBeUndefined()
      }
      if (role !== 'nobody') expect(seen).toContain(200)
    },
    120_000,
  )

  it.each(compatSystems.map(({ name }) => name))(
    'is in no response of the port of %s',
    async (name) => {
      const system = compatSystems.find((one) => one.name === name)
      if (!system) throw new Error(`there is no system ${name}`)
      for (const role of ['nobody', ...weaker]) {
        for (const route of portOf(system, { presets: [] }).routes.filter(isCrawled)) {
          const { text } = await ask(ports.get(name) ?? '', route, bearer(tokens.get(role)))
          expect(leakIn(text), `${role} ${route.method} ${route.path}`).toBeUndefined()
        }
      }
    },
    120_000,
  )

  it('is in no response of GraphQL to a viewer', async () => {
    const headers = { ...bearer(tokens.get('viewer')), ...json }
    const graphql = async (query: string) => {
      const answer = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
      return { status: answer.status, text: await answer.text() }
    }
    const alertFields =
      'id title sentence context { context_type data } history { action old_values new_values } triage { summary }'
    const found = await graphql(`{ alert(id: ${JSON.stringify(ids.alert)}) { ${alertFields} } }`)
    expect(found.text).toContain('Domain Admin')
    expect(leakIn(found.text)).toBeUndefined()
    const incident = await graphql(
      `{ incident(id: ${JSON.stringify(ids.incident)}) { title alerts { ${alertFields} } } }`,
    )
    expect(incident.text).toContain('Domain Admin')
    expect(leakIn(incident.text)).toBeUndefined()
    expect(queryFields.map(({ operation }) => operation.name)).not.toContain('list_users')
    const live = `${server.url}/graphql?query=${encodeURIComponent(`subscription { alert_created { ${alertFields} } }`)}`
    expect(
      leakIn(await readFor(live, { ...headers, accept: 'text/event-stream', 'last-event-id': '1' }, 'next')),
    ).toBeUndefined()
  })

  it('is in no tool, resource or stream for a viewer', async () => {
    const headers = bearer(tokens.get('viewer'))
    const client = new Client({ name: 'test', version: '1' })
    await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), { requestInit: { headers } }))
    const calls = { get_incident: { id: ids.incident }, lookup_entity: { type: 'user', value: 'dana' } }
    const given: Readonly<Record<string, Record<string, unknown>>> = calls
    const { tools } = await client.listTools()
    expect(tools.length).toBeGreaterThan(8)
    for (const { name } of tools) {
      const answer = await client.callTool({ name, arguments: given[name] ?? { id: ids.alert } }).catch(String)
      expect(leakIn(JSON.stringify(answer)), name).toBeUndefined()
    }
    const uris = [
      `incident/${ids.incident}`,
      `alert/${ids.alert}`,
      `event/${ids.event}`,
      'model',
      'schema/event',
      'docs/query',
    ]
    for (const uri of uris) {
      const answer = await client.readResource({ uri: `vedette://${uri}` })
      expect(leakIn(JSON.stringify(answer)), uri).toBeUndefined()
      if (uri.startsWith('alert')) expect(JSON.stringify(answer)).toContain('Domain Admin')
    }
    await client.close()
    expect(
      leakIn(await readFor(`${server.url}/api/v1/stream`, { ...headers, 'last-event-id': '1' }, ids.alert)),
    ).toBeUndefined()
  })
})

/** Reads a stream until a text arrives, and returns everything received. */
const readFor = async (url: string, headers: Record<string, string>, wanted: string): Promise<string> => {
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(60_000) })
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.includes(wanted)) return text
  }
  throw new Error(`the stream ended without ${wanted}: ${answer.status} ${text}`)
}
