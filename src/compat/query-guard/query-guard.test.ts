import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { portOf } from '../../api/compat-ports.ts'
import { as, fakeServer } from '../../api/server.fake.ts'
import { queryGuard } from './query-guard.ts'

const secret = 'the-key-of-the-engine'
const key = { name: 'graphql-engine', role: 'ingest', secret } as const
/** Probes have no key. */
const open = new Set(['GET /health'])
const { routes } = portOf(queryGuard, { presets: [] })
const table = routes.map((route) => ({ route, name: `${route.method} ${route.path}` }))

describe.each(['with', 'without'])('the port of the query guard, %s a key', (kind) => {
  let server: Awaited<ReturnType<typeof fakeServer>>
  beforeAll(async () => {
    const presets = kind === 'with' ? [key] : []
    server = await fakeServer({ only: portOf(queryGuard, { presets: presets.map(({ name }) => name) }), presets })
  })
  afterAll(() => server.app.close())

  const ask = async (
    method: (typeof table)[number]['route']['method'],
    path: string,
    headers: Record<string, string>,
  ) => {
    const url = path.replace(':id', '0'.repeat(32))
    const payload = method === 'POST' ? { payload: '{}' } : {}
    return (await server.app.inject({ method, url, headers, ...payload })).statusCode
  }
  const refused = (status: number) => status === 401 || status === 403

  it.each(table)('answers $name to whom it should', async ({ route: { method, path, operation }, name }) => {
    const isOpen = kind === 'without' || open.has(name)
    expect(refused(await ask(method, path, {}))).toBe(!isOpen)
    if (method === 'GET')
      expect(refused((await server.app.inject({ method: 'HEAD', url: path })).statusCode)).toBe(!isOpen)
    if (!open.has(name)) expect(await ask(method, path, { 'hasura-m-auth': 'wrong' })).toBe(401)
    expect(await ask(method, path, { authorization: 'Bearer wrong' })).toBe(401)
    if (kind === 'with') {
      expect(refused(await ask(method, path, { 'hasura-m-auth': secret }))).toBe(false)
      expect(refused(await ask(method, path, { authorization: `Bearer ${secret}` }))).toBe(false)
    }
    // A token of another kind opens no more than its role allows.
    expect((await ask(method, path, as('ingest'))) === 403).toBe(operation.role === 'viewer')
    expect((await ask(method, path, as('viewer'))) === 403).toBe(operation.role === 'ingest')
  })
})
