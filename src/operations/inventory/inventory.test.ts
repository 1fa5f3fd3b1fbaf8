import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emptyTables, eventAt, loginAt, moment } from '../../context/context.fake.ts'
import { createInventory } from '../../context/inventory.ts'
import type { Actor } from '../../schema/account/role.ts'
import { type OpenStore, openStore } from '../../store/open-store.ts'
import { collectContext } from './collect-context.ts'
import { getUser } from './get-user.ts'
import { importAssets } from './import-assets.ts'
import { importUsers } from './import-users.ts'
import { listAssets } from './list-assets.ts'
import { listUsers } from './list-users.ts'
import { removeAsset } from './remove-asset.ts'
import { removeUser } from './remove-user.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const actor: Actor = { name: 'ana', role: 'admin' }
const inventory =
  'hostname,ip_or_cidr,owner,criticality,colour\nweb-01,10.0.0.50,payments,critical,red\ndb,10.0.0.51,,urgent,\n'

const openDeps = async () => {
  const store = await openStore('sqlite::memory:', { now: () => moment(10), log })
  const { assets, people, refresh } = createInventory(store)
  const tables = { ...emptyTables(), assets, people }
  tables.history.learn([
    eventAt(moment(0), { 'host.name': 'web-01.corp.example' }),
    eventAt(moment(0), { 'host.name': 'mail' }),
    loginAt(moment(1), 'dana', '10.0.0.9', 'mail'),
  ])
  return { store, context: { tables, refresh, loadHistory: undefined }, now: () => moment(10), actor }
}

describe('imported inventory', () => {
  let deps: Awaited<ReturnType<typeof openDeps>>
  let store: OpenStore
  beforeEach(async () => {
    deps = await openDeps()
    store = deps.store
  })
  afterEach(() => store.close())
  const tell = (table: string, preview = false) => importAssets.run({ table, preview }, deps)
  const tellOfPeople = (table: string, preview = false) => importUsers.run({ table, preview }, deps)

  it('is shown before it is imported', async () => {
    const seen = await tell(inventory, true)
    expect(importAssets.output.parse(seen)).toEqual({
      ...{ preview: true, rows: 2, new: 1, changed: 0, unchanged: 0, failed: 1 },
      columns: [
        { column: 'hostname', field: 'hostnames' },
        { column: 'ip_or_cidr', field: 'addresses' },
        { column: 'owner', field: 'owner' },
        { column: 'criticality', field: 'criticality' },
        { column: 'colour', field: null },
      ],
      changes: [{ id: 'web-01', change: 'new', fields: [] }],
      errors: [{ row: 3, column: 'criticality', message: 'must be one of critical, high, medium, low, not "urgent"' }],
      unmatched: { count: 1, names: ['mail'] },
    })
    expect(await store.assets.all()).toEqual([])
    expect((await store.audit.list({ limit: 9 })).items).toEqual([])
  })

  it('is known at once, and written down', async () => {
    await tell(inventory)
    expect(deps.context.tables.assets.byHost('web-01')?.owner).toBe('payments')
    expect((await store.audit.list({ limit: 9 })).items).toMatchObject([
      { actor: 'ana', action: 'import_assets', new_values: { new: 1, failed: 1, changes: [{ id: 'web-01' }] } },
    ])
  })

  it('is merged with earlier imports', async () => {
    await tell('id,hostname,owner,criticality\nCMDB-7,web-01,payments,critical\n')
    const second = await tell('hostname,owner\nWEB-01,shop\n')
    expect(second).toMatchObject({
      ...{ new: 0, changed: 1 },
      changes: [{ id: 'CMDB-7', change: 'changed', fields: [{ field: 'owner', before: 'payments', after: 'shop' }] }],
    })
    expect(await tell('hostname,owner\nweb-01,shop\n')).toMatchObject({ new: 0, changed: 0, unchanged: 1 })
    expect(await store.assets.all()).toMatchObject([{ asset_id: 'CMDB-7', owner: 'shop', criticality: 'critical' }])
  })

  it('is listed, searched and forgotten', async () => {
    await tell('hostname,owner\nweb-01,payments\nweb-02,shop\n')
    const ids = async (search: string) =>
      (await listAssets.run({ search, limit: 50 }, deps)).data.map(({ asset_id }) => asset_id)
    expect((await ids('')).sort()).toEqual(['web-01', 'web-02'])
    expect(await ids('SHOP')).toEqual(['web-02'])
    expect(await removeAsset.run({ id: 'web-02' }, deps)).toEqual({ id: 'web-02', removed: true })
    expect(deps.context.tables.assets.byHost('web-02')).toBeUndefined()
    await expect(removeAsset.run({ id: 'web-02' }, deps)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await store.audit.list({ limit: 1 })).items).toMatchObject([
      { action: 'remove_asset', target_id: 'web-02', old_values: { owner: 'shop' } },
    ])
  })

  it('finds people by account, and leaves alone who may sign in', async () => {
    const signIn = { password_hash: '$argon2id$', role: 'admin', is_active: 1, last_login_at: null }
    const row = { id: 'u3', username: 'dana', email: null, full_name: null, department: null, body: '{}' }
    await store.connections.write
      .insertInto('users')
      .values({ ...row, ...signIn, created_at: 1, updated_at: 1 })
      .execute()
    expect(
      await tellOfPeople('employee id,account,title,status\nE7,dana,Domain Admin,locked\nE8,bo,,\n'),
    ).toMatchObject({
      ...{ new: 2, unmatched: { count: 0 } },
      changes: [{ id: 'u3' }, { id: 'E8' }],
    })
    expect(await getUser.run({ id: 'u3' }, deps)).toMatchObject({
      username: 'dana',
      aliases: ['E7'],
      is_active: false,
    })
    expect(deps.context.tables.people.find('e7')?.title).toBe('Domain Admin')
    expect(await tellOfPeople('account,title\nDANA,Analyst\n')).toMatchObject({ new: 0, changed: 1 })
    expect((await listUsers.run({ search: 'analyst', limit: 9 }, deps)).data.map(({ user_id }) => user_id)).toEqual([
      'u3',
    ])
    await removeUser.run({ id: 'u3' }, deps)
    await expect(getUser.run({ id: 'u3' }, deps)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const left = await store.connections.read
      .selectFrom('users')
      .select(['id', 'role', 'is_active'])
      .orderBy('id')
      .execute()
    expect(left).toEqual([
      { id: 'E8', role: null, is_active: 1 },
      { id: 'u3', role: 'admin', is_active: 1 },
    ])
  })

  it('answers what is known around somebody', async () => {
    await tell(inventory)
    await tellOfPeople('account,title\ndana,Domain Admin\n')
    const input = { source_ip: '8.8.8.8', target_ip: '10.0.0.50', asset_id: 'web-01', user_id: 'dana' }
    const answer = collectContext.output.parse(await collectContext.run(input, deps))
    expect(answer).toMatchObject({
      enrichment_sources: ['source_network', 'target_network', 'asset', 'user'],
      source_network: { country: 'Unknown', known_as: 'Google Public DNS' },
      target_network: { is_internal: true, subnet: '10.0.0.0/24' },
      asset: { asset_id: 'web-01', criticality: 'critical' },
      user: { username: 'dana', role: 'Domain Admin', active_days: 1 },
      reasons: [{ sign: 'against', text: '8.8.8.8 is Google Public DNS', about: 'network' }],
    })
    expect(answer.contexts.map(({ context_type }) => context_type)).toEqual(['network', 'asset', 'user'])
    expect(await collectContext.run({ user_id: 'nobody' }, deps)).toMatchObject({
      enrichment_sources: ['user'],
      source_network: null,
      asset: null,
      user: { access_level: 'unknown' },
    })
    expect(await collectContext.run({ source_ip: 'nonsense' }, deps)).toMatchObject({
      contexts: [],
      source_network: null,
    })
  })
})
