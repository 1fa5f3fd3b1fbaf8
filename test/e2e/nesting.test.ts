import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { keeps } from '../keeps.ts'
import { freePort, type Server, scratch, startServer } from './program.ts'

const folder = scratch()
let server: Server
beforeAll(async () => {
  server = await startServer({ dataDir: folder.path, port: await freePort() })
})
afterAll(async () => {
  await server.stop()
  folder.remove()
})

/** Ways to nest a value, deepest first. */
const wrap = (depth: number, kinds: readonly string[], core: string): string => {
  const [before, after]: [string[], string[]] = [[], []]
  for (let at = 0; at < depth; at++) {
    const list = kinds[at % kinds.length] === 'list'
    before.push(list ? '[' : '{"a":')
    after.push(list ? ']' : '}')
  }
  return before.join('') + core + after.reverse().join('')
}
const literal = (json: string) => json.replaceAll('"a"', 'a')
const rule = (detection: string) => `title: x\nlogsource: {product: linux}\ndetection: ${detection}\n`
const mcp = (method: string, params: string) => ({
  path: '/mcp',
  headers: { accept: 'application/json, text/event-stream' },
  body: `{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`,
})

interface Asked {
  readonly path: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** All readers of nested input, and how to send them a value of this depth. */
const doors: Readonly<Record<string, (value: string, depth: number) => Asked>> = {
  'GraphQL argument': (value) => ({
    path: '/graphql',
    headers: { accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query: `{ alerts(q: ${literal(value)}) { total } }` }),
  }),
  'GraphQL selection': (_value, depth) => ({
    path: '/graphql',
    headers: { accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query: '{a'.repeat(depth) + '}'.repeat(depth) }),
  }),
  'GraphQL type': (_value, depth) => ({
    path: '/graphql',
    headers: { accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query: `query ($v: ${'['.repeat(depth)}Int${']'.repeat(depth)}) { alerts { total } }` }),
  }),
  'GraphQL variables': (value) => ({
    path: '/graphql',
    headers: { accept: 'application/graphql-response+json' },
    body: `{"query":"query ($q: String) { alerts(q: $q) { total } }","variables":{"q":${value}}}`,
  }),
  'REST body': (value) => ({ path: '/api/v1/suppressions', body: `{"scope":${value}}` }),
  'alert body': (value) => ({ path: '/api/v1/alerts', body: `{"raw":${value}}` }),
  webhook: (value) => ({ path: '/api/v1/webhooks/splunk', body: `{"result":${value}}` }),
  'query result': (value) => ({ path: '/api/v1/query-results', body: `{"query_id":"q","records":[{"a":${value}}]}` }),
  records: (value) => ({ path: '/api/v1/events', body: `[{"a":${value}}]` }),
  'records to analyse': (value) => ({ path: '/api/v1/analyze', body: `[{"a":${value}}]` }),
  'log events': (value) => ({ path: '/analyze', body: `{"logs":${value}}` }),
  'imported table': (value) => ({ path: '/api/v1/assets/import', body: `[{"id":"x","name":${value}}]` }),
  'imported indicators': (value) => ({ path: '/api/v1/intel/import?name=x', body: `{"objects":[${value}]}` }),
  filter: (_value, depth) => ({
    path: '/graphql',
    body: JSON.stringify({
      query: 'query ($q: String) { alerts(q: $q) { total } }',
      variables: { q: `${'('.repeat(depth)}a${')'.repeat(depth)}` },
    }),
  }),
  'Sigma value': (value) => ({
    path: '/api/v1/rules/lint',
    body: JSON.stringify({ yaml: rule(`{sel: {a: ${value}}, condition: sel}`) }),
  }),
  'Sigma condition': (_value, depth) => ({
    path: '/api/v1/rules/lint',
    body: JSON.stringify({
      yaml: rule(`{sel: {a: b}, condition: '${'not ('.repeat(depth)}sel${')'.repeat(depth)}'}`),
    }),
  }),
  'Sigma lists': (_value, depth) => ({
    path: '/api/v1/rules/lint',
    body: JSON.stringify({ yaml: rule(`\n  sel:\n    ${'- '.repeat(depth)}x\n  condition: sel`) }),
  }),
  'MCP arguments': (value) => mcp('tools/call', `{"name":"search_events","arguments":{"q":${value}}}`),
  'MCP capabilities': (value) =>
    mcp(
      'initialize',
      `{"protocolVersion":"2025-06-18","capabilities":{"experimental":{"x":{"a":${value}}}},"clientInfo":{"name":"t","version":"1"}}`,
    ),
  'MCP logs': (value) => mcp('tools/call', `{"name":"analyze_logs","arguments":{"log_data":${JSON.stringify(value)}}}`),
}

const ask = async ({ path, body, headers }: Asked): Promise<[number, string]> => {
  const response = await server.ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body }),
  })
  return [response.status, await response.text()]
}

const depths = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 200, max: 3_000 }), fc.constant(20_000))
const kinds = fc.array(fc.constantFrom('list', 'object'), { minLength: 1, maxLength: 4 })

it.each(Object.keys(doors))('%s: any depth is answered or rejected without a failure', async (name) => {
  const door = doors[name]
  await fc.assert(
    fc.asyncProperty(depths, kinds, fc.constantFrom('1', '"x"', 'null'), async (depth, some, core) => {
      const asked = door?.(wrap(depth, some, core), depth)
      const [status, text] = asked ? await ask(asked) : [0, '']
      expect(status, text.slice(0, 300)).toBeGreaterThanOrEqual(200)
      expect(status, text.slice(0, 300)).toBeLessThan(500)
      expect(text).not.toMatch(/"code":-32603|call stack|"code":"internal"/)
    }),
    {
      numRuns: 8,
      examples: [
        [20_000, ['list'], '1'],
        [20_000, ['object'], '1'],
        [900, ['list'], '1'],
      ],
    },
  )
})

it('answers a deep GraphQL list with a short 400', async () => {
  const deep = doors['GraphQL argument']
  for (const depth of [900, 20_000]) {
    const [status, text] = deep ? await ask(deep(wrap(depth, ['list'], '1'), depth)) : [0, '']
    expect([status, text.length < 1_000]).toEqual([400, true])
    expect(text).toContain('nested deeper than 60 levels')
  }
})

it(`stays ready, and works off its queue (${keeps('vedette.broken-lines-are-data')})`, async () => {
  await server.settled()
  expect((await server.ask('/health/ready')).status).toBe(200)
  const dead = await (await server.ask('/api/v1/dead-letters')).text()
  expect(dead).toContain('"data":[]')
})
