import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emptyTables, moment } from '../../context/context.fake.ts'
import { createInventory } from '../../context/inventory.ts'
import type { Role } from '../../schema/account/role.ts'
import { type OpenStore, openStore } from '../../store/open-store.ts'
import { as, fakeServer } from '../server.fake.ts'
import { examples } from './examples.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }

describe('the inventory, over REST', () => {
  let store: OpenStore
  let server: Awaited<ReturnType<typeof fakeServer>>
  beforeAll(async () => {
    store = await openStore('sqlite::memory:', { now: () => moment(10), log })
    server = await fakeServer()
    const { assets, people, refresh } = createInventory(store)
    Object.assign(server.deps, { context: { tables: { ...emptyTables(), assets, people }, refresh } })
    Object.assign(server.deps.store, store)
  })
  afterAll(async () => {
    await server.app.close()
    await store.close()
  })

  const send = (role: Role, url: string, payload: string | Buffer, type = 'text/csv') =>
    server.app.inject({ method: 'POST', url, headers: { ...as(role), 'content-type': type }, payload })
  const get = (url: string, role: Role = 'analyst') => server.app.inject({ url, headers: as(role) })

  it('is imported from CSV, from JSON, and from what spreadsheets write', async () => {
    const example = String(examples.import_assets)
    const preview = await send('analyst', '/api/v1/assets/import?preview=true', example)
    expect(preview.json()).toMatchObject({ preview: true, new: 1, failed: 0 })
    expect((await get('/api/v1/assets')).json().data).toEqual([])
    expect((await send('analyst', '/api/v1/assets/import', example)).json()).toMatchObject({ preview: false, new: 1 })
    const json = JSON.stringify([{ cidr: '10.1.0.0/16', owner: 'office' }])
    expect((await send('analyst', '/api/v1/assets/import', json, 'application/json')).json()).toMatchObject({ new: 1 })
    const utf16 = Buffer.from('\ufeffhostname;owner\nmail;José\n', 'utf16le')
    expect((await send('analyst', '/api/v1/assets/import', utf16)).json()).toMatchObject({ new: 1 })
    const { data } = (await get('/api/v1/assets?limit=10', 'viewer')).json()
    expect(data.map((item: { asset_id: string }) => item.asset_id).sort()).toEqual(['10.1.0.0/16', 'mail', 'web-01'])
    expect((await get('/api/v1/assets/mail')).json()).toMatchObject({ owner: 'José' })
  })

  it('is named in addresses by ids of any kind', async () => {
    expect((await get('/api/v1/assets/10.1.0.0%2F16')).json()).toMatchObject({ asset_type: 'network' })
    const gone = await server.app.inject({
      method: 'DELETE',
      url: '/api/v1/assets/10.1.0.0%2F16',
      headers: as('analyst'),
    })
    expect(gone.json()).toEqual({ id: '10.1.0.0/16', removed: true })
    expect((await get('/api/v1/assets/10.1.0.0%2F16')).statusCode).toBe(404)
  })

  it('is changed by those who may', async () => {
    const people = String(examples.import_users)
    expect((await send('viewer', '/api/v1/assets/import', 'host\nx')).statusCode).toBe(403)
    expect((await send('analyst', '/api/v1/users/import', people)).statusCode).toBe(403)
    expect((await send('admin', '/api/v1/users/import', people)).json()).toMatchObject({ new: 1 })
    expect((await get('/api/v1/users', 'viewer')).statusCode).toBe(403)
    expect((await get('/api/v1/users?search=ops')).json().data).toEqual([])
    expect((await get('/api/v1/users?search=operations')).json().data).toMatchObject([{ username: 'dana' }])
    expect((await get('/api/v1/users/dana')).json()).toMatchObject({ title: 'Domain Admin' })
  })

  it('is refused with a reason', async () => {
    for (const body of ['', 'red,green\n1,2', '{"a":', '[1]']) {
      const answer = await send('analyst', '/api/v1/assets/import', body)
      expect([answer.statusCode, answer.json().status]).toEqual([400, 400])
    }
    const unknown = await send('analyst', '/api/v1/assets/import', 'red,green\n1,2')
    expect(unknown.json()).toMatchObject({ detail: 'No known columns. Found: red, green.' })
  })

  it('is what questions about context are answered from', async () => {
    const body = JSON.stringify(examples.collect_context)
    expect((await send('viewer', '/api/v1/context', body, 'application/json')).json()).toMatchObject({
      asset: { asset_id: 'web-01', criticality: 'critical' },
      user: { username: 'dana', role: 'Domain Admin' },
      contexts: [{ context_type: 'network' }, { context_type: 'asset' }, { context_type: 'user' }],
    })
  })
})
