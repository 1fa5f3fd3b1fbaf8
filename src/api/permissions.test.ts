import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import type { FastifyInstance } from 'fastify'
import { type GraphQLField, isNonNullType } from 'graphql'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { casesOf } from '../../test/depth.ts'
import { keeps } from '../../test/keeps.ts'
import { compatSystems } from '../compat/systems.fake.ts'
import { summarizeAlerts } from '../compat/triage/summarize-alerts.ts'
import { AppError } from '../errors.ts'
import { listChanges } from '../operations/decisions/list-changes.ts'
import { listIncidents } from '../operations/incidents/list-incidents.ts'
import type { Offload } from '../operations/offload.ts'
import { getOverview } from '../operations/status/get-overview.ts'
import { mayAct, type Role, role as roles } from '../schema/account/role.ts'
import type { AnyOperation } from './ask.ts'
import { portOf } from './compat-ports.ts'
import type { CompatSystem } from './compat-system.ts'
import { linkFields, liveFields, queryFields } from './graphql/fields.ts'
import { createSchema } from './graphql/schema.ts'
import { tools } from './mcp/tools.ts'
import type { Route } from './rest/route.ts'
import { mainRoutes } from './rest/routes.ts'
import { as, fakeServer } from './server.fake.ts'

const routes = mainRoutes(compatSystems)

type Asker = Role | 'nobody'
const askers: readonly Asker[] = ['nobody', ...roles.options]
type Verdict = 'allowed' | 401 | 403

/** Doors that are no row of a table, with the operation that they ask for permission, or the reason why anybody may come in. */
const doors: Readonly<Record<string, AnyOperation | string>> = {
  'GET /api/v1/stream': listChanges,
  'GET /graphql': listIncidents,
  'POST /graphql': listIncidents,
  'DELETE /mcp': getOverview,
  'GET /mcp': getOverview,
  'POST /mcp': getOverview,
  'GET /ws': summarizeAlerts,
  'GET /health/live': 'Supervisors have no token, and it says only that the process answers.',
  'GET /': 'The page of the dashboard, which holds no data.',
  'GET /api/v1/openapi.json': 'The reference, which every copy of the program has.',
  'GET /openapi.json': 'The reference, where clients of the log detection service look for it.',
}
/** The files of the dashboard and of the reference hold no data. */
const files = new Set(readdirSync(new URL('./fixtures/dashboard/', import.meta.url), { recursive: true }).map(String))
const isPage = (method: string, url: string): boolean =>
  method === 'GET' && (/^\/docs(?:\/|$)/.test(url) || files.has(url.slice(1)))

/** Rows of tables that answer without a token. */
const openRows: Readonly<Record<string, string>> = {
  'GET /api/v1/session/ways': 'shows how people may sign in, on the page where they do',
  'GET /health': 'answers probes',
  'GET /health/ready': 'answers probes; details take a token',
  'GET /services/collector/health': 'answers probes of forwarders',
  'GET /services/collector/health/1.0': 'answers probes of forwarders',
  'POST /api/v1/auth/login': 'takes a password',
  'POST /api/v1/password': 'takes the secret of a link',
  'POST /api/v1/receivers/:name/buttons': 'takes the signature of the receiver',
  'POST /api/v1/session': 'takes the secret of a link, or a token',
  'POST /api/v1/session/password': 'takes a password',
  'POST /api/v1/session/provider': 'begins a sign-in at the identity provider',
  'POST /api/v1/session/provider/answer': 'takes the answer of the identity provider',
}

/** All that clients without a token may ask on the ports of older systems, because the originals asked for none. */
const anonymous: Readonly<Record<string, string>> = {
  analyze_log_events: 'analyses the logs that are sent',
  browse_alerts: 'lists alerts, without personal data',
  chart_alerts: 'counts alerts',
  check_query: 'checks a query that is sent; takes the key where one is set',
  disable_client_chronicle: 'stops sending anomalies of analyses to the configured receiver; audited',
  embed_texts: 'turns a text that is sent into numbers',
  enable_client_chronicle: 'sends anomalies of analyses to the configured receiver; audited',
  enrich_alert: 'shows what is known around an alert that is sent, without personal data',
  find_similar_alerts: 'shows alerts like one that is sent, without personal data',
  get_alert: 'shows an alert, without personal data',
  get_batch_model: 'shows when the model of batches was trained',
  get_build: 'shows which version runs',
  get_chronicle_status: 'shows whether anomalies of analyses are sent to the configured receiver',
  get_execution: 'shows a remediation action, without personal data',
  get_language_model: 'shows which language models are configured; asking one takes a token',
  get_log_model: 'shows which model is loaded, and answers probes',
  get_machine: 'shows the load of the machine',
  get_metrics: 'shows counters',
  get_query: 'shows how much is known of a query; takes the key where one is set',
  get_query_history: 'shows the results that were sent; takes the key where one is set',
  get_report: 'summarizes a day, a week or an incident, without personal data',
  get_service_health: 'answers probes',
  get_settings: 'shows settings without secrets',
  get_similarity_index: 'counts alerts',
  guard_query_record: 'takes in a result; takes the key where one is set',
  guard_query_results: 'accepts results; checks the key where one is set',
  ingest_alert: 'takes in an alert',
  ingest_alerts: 'takes in alerts',
  ingest_log_batch: 'ingests logs',
  judge_alert: 'classifies an alert that is sent, without external lookups',
  list_actions: 'lists remediation actions, without personal data',
  list_odd_batches: 'lists the scores of batches that were sent',
  list_playbooks: 'lists playbooks',
  load_client_model: 'loads a model from below log_detection.root; audited',
  query_intel: 'shows what threat lists here know; asks nobody else without a token of an analyst',
  restart_query_history: 'forgets results that were sent; takes the key where one is set; audited',
  route_chat: 'shows which language model would answer; asks none',
  score_batch_features: 'scores two numbers',
  summarize_alerts: 'counts alerts',
  test_client_chronicle: 'sends a test event to the configured receiver; audited',
  track_alert: 'shows how far an alert has come, by the id that its sender gave it',
}

/** The routes of the servers that this test makes, as Fastify registers them. */
const registered: { method: string; url: string; programsOnly: boolean }[] = []
const watchRoutes = (message: unknown): void => {
  const { fastify } = z.object({ fastify: z.custom<FastifyInstance>() }).parse(message)
  fastify.addHook('onRoute', ({ method, url, constraints }) => {
    for (const one of [method].flat()) registered.push({ method: one, url, programsOnly: constraints !== undefined })
  })
}
subscribe('fastify.initialization', watchRoutes)
// Other test files share these modules.
afterAll(() => {
  unsubscribe('fastify.initialization', watchRoutes)
  vi.restoreAllMocks()
})

const isOperation = (value: unknown): value is AnyOperation =>
  typeof value === 'object' && value !== null && 'run' in value && 'role' in value && 'input' in value

const modules = await Promise.all(
  ['operations', 'compat'].flatMap((room) =>
    readdirSync(new URL(`../${room}/`, import.meta.url), { recursive: true, encoding: 'utf8' })
      .filter((name) => /^[^.]+\.ts$/.test(name))
      .map((name): Promise<object> => import(new URL(`../${room}/${name}`, import.meta.url).href)),
  ),
)
/** Every operation that there is. Those that need more than others are made for their system. */
const operations = new Map(
  [
    ...modules.flatMap((module) => Object.values(module).filter(isOperation)),
    ...compatSystems.flatMap(({ routes, ownRoutes = [] }) =>
      [...routes, ...ownRoutes].map(({ operation }) => operation),
    ),
  ].map((one) => [one.name, one]),
)

/** The calls since the last check. No operation does its work: the test only needs to know that it was reached. */
let reached: { readonly operation: AnyOperation; readonly role?: Role }[] = []
const reach = (operation: AnyOperation, role?: Role): never => {
  reached.push({ operation, ...(role && { role }) })
  throw new AppError('UNAVAILABLE', `${operation.name} was reached.`, { retryable: true })
}
for (const operation of operations.values()) {
  if (operation.thread === 'worker') continue
  vi.spyOn(operation, 'run').mockImplementation(async (_input, { actor }) => reach(operation, actor.role))
}
/** Worker threads do not know the caller: their door has checked the role by then. */
const offload: Offload = async ({ operation }) => {
  const found = operations.get(operation)
  if (!found) throw new Error(`there is no operation ${operation}`)
  return reach(found)
}

const headersOf = (asker: Asker): Record<string, string> => (asker === 'nobody' ? {} : as(asker))
const verdictOf = (status: number): Verdict => (status === 401 || status === 403 ? status : 'allowed')
const expected = (operation: AnyOperation, asker: Asker): Verdict =>
  asker === 'nobody' ? 401 : mayAct(asker, operation.role) ? 'allowed' : 403

/** Nobody reaches an operation that their role does not cover, whatever the door made of the answer. */
afterEach(() => {
  const beyond = reached.filter(({ operation, role }) => role !== undefined && !mayAct(role, operation.role))
  reached = []
  expect(beyond).toEqual([])
})

interface Door {
  readonly name: string
  readonly method: string
  readonly url: string
  readonly open: boolean
  readonly programsOnly: boolean
  readonly operation: AnyOperation | undefined
}

/** Finds the operation of each route that a server registered. Throws for one that nobody reviewed. */
const doorsOf = (table: readonly Route[]): readonly Door[] => {
  const found = new Map<string, Door>()
  for (const { method, url, programsOnly } of registered) {
    const asked = method === 'HEAD' ? 'GET' : method
    const name = `${method} ${url}${programsOnly ? ' for programs' : ''}`
    const row = table.find(
      (route) => route.method === asked && route.path === url && (route.programsOnly ?? false) === programsOnly,
    )
    const reviewed = programsOnly ? undefined : doors[`${asked} ${url}`]
    if (!row && reviewed === undefined && !isPage(asked, url)) {
      throw new Error(`${name} is in no table of routes. Ask an operation there, or review it in this test.`)
    }
    const operation = row?.operation ?? (typeof reviewed === 'object' ? reviewed : undefined)
    const open = row ? row.open === true : operation === undefined
    found.set(name, { name, method, url, open, programsOnly, operation })
  }
  return [...found.values()]
}

const serve = async (system?: CompatSystem) => {
  registered.length = 0
  const server = await fakeServer(system && { only: portOf(system, { presets: [] }) })
  Object.assign(server.deps, { offload })
  await server.app.ready()
  return { server, all: doorsOf(system ? portOf(system, { presets: [] }).routes : routes) }
}

type Server = Awaited<ReturnType<typeof fakeServer>>
type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
const isMethod = (method: string): method is Method => /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/.test(method)

const knock = async ({ app }: Server, { method, url, programsOnly }: Door, asker: Asker): Promise<Verdict> => {
  if (!isMethod(method)) throw new Error(`${method} is no method that this test sends`)
  const path = url.replace(/:\w+/g, 'one').replace('*', 'one')
  const payload = method === 'GET' || method === 'HEAD' ? {} : { payload: '{}' }
  const accept = programsOnly ? 'application/json' : 'text/html'
  const headers = { ...headersOf(asker), 'content-type': 'application/json', ...(isRoot(url) && { accept }) }
  return verdictOf((await app.inject({ method, url: path, headers, ...payload })).statusCode)
}

/** Programs and browsers get different answers at this address. */
const isRoot = (url: string): boolean => url === '/'

/** These answer on a connection of their own; they are tried over the network below. */
const isLive = ({ url }: Door): boolean => url === '/mcp' || url === '/ws'

const expectVerdicts = async (
  server: Server,
  all: readonly Door[],
  expectOf: (door: Door, asker: Asker) => Verdict,
) => {
  for (const asker of askers) {
    const wanted = all.map((door) => `${door.name}: ${expectOf(door, asker)}`)
    const found: string[] = []
    for (const door of all) found.push(`${door.name}: ${await knock(server, door, asker)}`)
    expect(found, asker).toEqual(wanted)
  }
}

const plain = ({ open, operation }: Door, asker: Asker): Verdict =>
  open || !operation ? 'allowed' : expected(operation, asker)

describe('who may do what', () => {
  let main: Awaited<ReturnType<typeof serve>>
  beforeAll(async () => {
    main = await serve()
  })
  afterAll(() => main.server.app.close())

  it(`is what the operation says, at every route of the main port (${keeps('vedette.roles')})`, async () => {
    const all = main.all.filter((door) => !isLive(door))
    expect(all.length).toBeGreaterThan(200)
    await expectVerdicts(main.server, all, plain)
  }, 120_000)

  it.each(casesOf(compatSystems.map((system) => ({ name: system.name, system }))))(
    'is what the operation says on the port of $name, where clients without a token send and read',
    async ({ system }) => {
      const { server, all } = await serve(system)
      try {
        await expectVerdicts(
          server,
          all.filter((door) => !isLive(door)),
          (door, asker) => {
            const role = door.operation?.role
            const stays = asker === 'nobody' && !system.needsToken && (role === 'ingest' || role === 'viewer')
            return stays ? 'allowed' : plain(door, asker)
          },
        )
      } finally {
        await server.app.close()
      }
    },
    60_000,
  )

  it('is written down for every route that answers without a token', () => {
    const rows = [...routes, ...compatSystems.flatMap((system) => portOf(system, { presets: [] }).routes)]
    const open = rows.filter((row) => row.open).map(({ method, path }) => `${method} ${path}`)
    expect(Object.keys(openRows).sort()).toEqual([...new Set(open)].sort())
  })

  it('is written down for all that clients without a token may ask', () => {
    const open = compatSystems
      .filter(({ needsToken }) => !needsToken)
      .flatMap((system) => portOf(system, { presets: [] }).routes)
      .map(({ operation }) => operation)
      .filter(({ role }) => role === 'ingest' || role === 'viewer')
    expect(Object.keys(anonymous).sort()).toEqual([...new Set(open.map(({ name }) => name))].sort())
  })

  it(`is the same in GraphQL, for every field (${keeps('vedette.roles')})`, async () => {
    const schema = createSchema()
    const call = (field: GraphQLField<unknown, unknown>) => {
      const needed = field.args.filter(({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined)
      const given = needed.length === 0 ? '' : `(${needed.map(({ name }) => `${name}: "one"`).join(', ')})`
      return `${field.name}${given} { __typename }`
    }
    const queries = queryFields.map(({ field, operation }) => {
      const found = schema.getQueryType()?.getFields()[field]
      if (!found) throw new Error(`there is no field ${field}`)
      return { query: `{ ${call(found)} }`, operation }
    })
    expect(Object.keys(schema.getQueryType()?.getFields() ?? {}).length).toBe(queries.length)
    for (const asker of askers) {
      for (const { query, operation } of queries) {
        reached = []
        const payload = { query }
        const { statusCode } = await main.server.app.inject({
          method: 'POST',
          url: '/graphql',
          headers: headersOf(asker),
          payload,
        })
        const isReached = reached.some((one) => one.operation.name === operation.name)
        expect([verdictOf(statusCode), isReached], `${asker} ${query}`).toEqual([
          expected(listIncidents, asker),
          expected(operation, asker) === 'allowed',
        ])
      }
    }
  })

  describe('over the network', () => {
    let port = 0
    beforeAll(async () => {
      await main.server.app.listen({ host: '127.0.0.1', port: 0 })
      const address = main.server.app.server.address()
      if (address === null || typeof address === 'string') throw new Error('it does not listen')
      port = address.port
    })
    const connect = async (asker: Asker): Promise<Client> => {
      const client = new Client({ name: 'test', version: '1' })
      const url = new URL(`http://127.0.0.1:${port}/mcp`)
      await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers: headersOf(asker) } }))
      return client
    }

    it(`is the same at every method of MCP (${keeps('vedette.roles')})`, async () => {
      for (const asker of askers) {
        for (const method of ['GET', 'POST', 'DELETE']) {
          const body = method === 'POST' ? { body: '{}' } : {}
          const headers = { ...headersOf(asker), 'content-type': 'application/json' }
          const answer = await fetch(`http://127.0.0.1:${port}/mcp`, { method, headers, ...body })
          await answer.body?.cancel()
          expect(verdictOf(answer.status), `${asker} ${method}`).toBe(expected(getOverview, asker))
        }
      }
    })

    it.each(roles.options.filter((one) => one !== 'ingest'))(
      'is the same for the tools and resources of MCP: %s',
      async (asker) => {
        const client = await connect(asker)
        const listed = (await client.listTools()).tools
        const covered = tools.filter(({ asks }) => asks.every((operation) => mayAct(asker, operation.role)))
        expect(listed.map(({ name }) => name).sort()).toEqual(covered.map(({ name }) => name).sort())
        for (const { name, annotations } of listed) {
          const tool = tools.find((one) => one.name === name)
          expect(annotations?.readOnlyHint, name).toBe(tool?.kind === 'read')
          expect(annotations?.destructiveHint, name).toBe(tool?.destructive === true)
        }
        for (const { name } of tools.filter((tool) => !covered.includes(tool))) {
          const answer = await client.callTool({ name, arguments: {} }).catch(() => ({ isError: true }))
          expect(answer.isError, name).toBe(true)
        }
        const { resourceTemplates } = await client.listResourceTemplates()
        for (const { uriTemplate } of resourceTemplates) {
          reached = []
          await client.readResource({ uri: uriTemplate.replace('{id}', 'one') }).catch(() => undefined)
          expect(reached, uriTemplate).toHaveLength(1)
        }
        await client.close()
      },
    )

    it('lists no tool as reading that asks more than viewers may, but one that only tries something', () => {
      const reading = tools.filter(({ kind, asks }) => kind === 'read' && asks.some(({ role }) => role !== 'viewer'))
      expect(reading.map(({ name }) => name)).toEqual(['backtest_rule'])
      const writing = tools.filter(({ kind }) => kind === 'write')
      expect(writing.filter(({ asks }) => asks.every(({ role }) => role === 'viewer'))).toEqual([])
    })
  })

  it('is the same at the WebSocket of the dashboard', async () => {
    const system = compatSystems.find(({ name }) => name === 'triage-dashboard')
    if (!system) throw new Error('there is no dashboard')
    const { server } = await serve(system)
    await server.app.listen({ host: '127.0.0.1', port: 0 })
    const address = server.app.server.address()
    if (address === null || typeof address === 'string') throw new Error('it does not listen')
    for (const asker of askers) {
      const status = await upgrade(address.port, headersOf(asker))
      expect(status === 101, asker).toBe(expected(summarizeAlerts, asker) === 'allowed')
    }
    await server.app.close()
  })

  it('covers every operation: each has a route', () => {
    const behind = [
      ...[...routes, ...compatSystems.flatMap((system) => portOf(system, { presets: [] }).routes)].flatMap(
        ({ operation, debug }) => (debug ? [operation, debug] : [operation]),
      ),
      ...[...queryFields, ...linkFields, ...liveFields].map(({ operation }) => operation),
      ...tools.flatMap(({ asks }) => asks),
      ...Object.values(doors).filter(isOperation),
    ]
    expect([...new Set(behind.map(({ name }) => name))].sort()).toEqual([...operations.keys()].sort())
  })
})

/** Asks for a WebSocket; gives the status of the answer, undefined when the connection is closed before one came. */
const upgrade = (port: number, headers: Record<string, string>): Promise<number | undefined> =>
  new Promise((done) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      path: '/ws',
      headers: {
        ...headers,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      },
    })
    asked.on('upgrade', (answer, socket) => {
      socket.destroy()
      done(answer.statusCode)
    })
    asked.on('response', (answer) => {
      answer.resume()
      done(answer.statusCode)
    })
    asked.on('error', () => done(undefined))
    asked.end()
  })
