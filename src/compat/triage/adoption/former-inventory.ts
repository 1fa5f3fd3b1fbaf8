import { adoptIndicators, type FormerIndicator } from '../../../operations/adoption/adopt-indicators.ts'
import type { FormerDatabase } from '../../../operations/adoption/former-database.ts'
import type { FormerRow } from '../../../operations/adoption/former-row.ts'
import type { AdoptionPart } from '../../../operations/adoption/former-system.ts'
import { createTotal, identifiedPart } from '../../../operations/adoption/table-part.ts'
import { observableTypes } from '../../../schema/intelligence/indicator.ts'
import { type Asset, assetTypes, criticalities, environments } from '../../../schema/inventory/asset.ts'
import type { Person } from '../../../schema/inventory/person.ts'
import { severities } from '../../../schema/severity.ts'

const isoTime = (time: number | undefined, otherwise: number): string => new Date(time ?? otherwise).toISOString()

/** Takes the assets. */
export const assetPart = (database: FormerDatabase): readonly AdoptionPart[] | undefined => {
  const table = database.table('assets', 'asset_id', 'asset_name')
  if (!table) return undefined
  return [
    identifiedPart({
      ...{ noun: 'assets', database, table, key: 'asset_id' },
      async save(rows, tx, { store, now }) {
        const known = new Set((await store.assets.all()).map(({ asset_id }) => asset_id))
        const assets = rows.flatMap((row) => toAsset(row, now()) ?? [])
        const fresh = assets.filter(({ asset_id }) => !known.has(asset_id))
        await store.assets.save(fresh, tx)
        return { added: fresh.length, present: assets.length - fresh.length }
      },
    }),
  ]
}

const toAsset = (row: FormerRow, now: number): Asset | undefined => {
  const asset_id = row.text('asset_id')
  if (asset_id === null) return undefined
  const word = <Word extends string>(words: readonly Word[], column: string): Word | undefined =>
    words.find((one) => one === row.text(column)?.toLowerCase())
  const name = row.text('asset_name') ?? asset_id
  return {
    asset_id,
    asset_name: name,
    asset_type: word(assetTypes, 'asset_type') ?? 'server',
    // PostgreSQL writes an address of its type `inet` with a length unless it is the whole address.
    addresses: [row.text('ip_address')?.replace(/\/(32|128)$/, '')].filter((one) => one !== undefined),
    hostnames: [name],
    mac_address: row.text('mac_address'),
    os_name: row.text('os_name'),
    os_version: row.text('os_version'),
    owner: row.text('owner'),
    location: row.text('location'),
    criticality: word(criticalities, 'criticality') ?? 'medium',
    business_unit: row.text('business_unit'),
    environment: word(environments, 'environment') ?? null,
    tags: [],
    vulnerabilities: null,
    last_scan: null,
    is_active: row.flag('is_active') ?? true,
    created_at: isoTime(row.time('created_at'), now),
    updated_at: isoTime(row.time('updated_at'), now),
  }
}

/** Takes the users as people whom alerts may be about. */
export const userPart = (database: FormerDatabase): readonly AdoptionPart[] | undefined => {
  const table = database.table('users', 'id', 'username')
  if (!table) return undefined
  return [
    identifiedPart({
      ...{ noun: 'users', database, table, key: 'username' },
      async save(rows, tx, { store, now }) {
        const known = new Set((await store.people.all()).map(({ username }) => username.toLowerCase()))
        // An account with the same name gets the facts.
        const accounts = new Map((await store.people.names()).map(({ id, username }) => [username.toLowerCase(), id]))
        const people = rows.flatMap((row) => toPerson(row, accounts, now()) ?? [])
        const fresh = people.filter(({ username }) => !known.has(username.toLowerCase()))
        await store.people.save(fresh, tx)
        return { added: fresh.length, present: people.length - fresh.length }
      },
    }),
  ]
}

const toPerson = (row: FormerRow, accounts: ReadonlyMap<string, string>, now: number): Person | undefined => {
  const username = row.text('username')
  if (username === null) return undefined
  return {
    user_id: accounts.get(username.toLowerCase()) ?? row.text('id') ?? username,
    username,
    aliases: [],
    email: row.text('email'),
    full_name: row.text('full_name'),
    phone: row.text('phone'),
    department: row.text('department'),
    title: null,
    access_level: row.text('role'),
    manager: null,
    location: null,
    is_active: row.flag('is_active') ?? true,
    created_at: isoTime(row.time('created_at'), now),
    updated_at: isoTime(row.time('updated_at'), now),
  }
}

/** Takes the threat intelligence. */
export const indicatorPart = (database: FormerDatabase): readonly AdoptionPart[] | undefined => {
  const table = database.table('threat_intel', 'id', 'ioc', 'ioc_type')
  if (!table) return undefined
  return [
    {
      noun: 'indicators',
      from: table.name,
      count: table.count,
      async adopt(target) {
        const total = createTotal()
        for await (const rows of table.pages('id')) {
          total.add(
            await adoptIndicators(
              rows.flatMap((row) => toIndicator(row) ?? []),
              target,
            ),
          )
        }
        return total.sum()
      },
    },
  ]
}

const toIndicator = (row: FormerRow): FormerIndicator | undefined => {
  const value = row.text('ioc')
  const type = observableTypes.find((one) => one === row.text('ioc_type')?.toLowerCase())
  if (value === null || type === undefined) return undefined
  const time = (column: string): string | null => {
    const at = row.time(column)
    return at === undefined ? null : new Date(at).toISOString()
  }
  return {
    value,
    type,
    source: row.text('source') ?? 'adopted',
    report: {
      threat_level: severities.find((level) => level === row.text('threat_level')?.toLowerCase()) ?? 'medium',
      confidence: Math.min(1, Math.max(0, row.number('confidence_score') ?? 0.5)),
      description: row.text('description') ?? '',
      tags: [...row.list('tags')],
      first_seen: time('first_seen'),
      last_seen: time('last_seen'),
      valid_until: null,
    },
    total: row.number('total') ?? 0,
  }
}
