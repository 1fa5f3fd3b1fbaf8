import { parseRange } from '../../lib/address/address.ts'
import { type Asset, assetTypes, criticalities, environments } from '../../schema/inventory/asset.ts'
import { CellFault, cellText, toActive, toChoice, toCount, toList, toMoment } from './cell.ts'
import type { Cells } from './cells.ts'
import { overlay } from './overlay.ts'
import type { Imported, RowReader } from './rows.ts'

export type ImportedAsset = Omit<Asset, 'created_at' | 'updated_at'>

const types: Readonly<Record<string, Asset['asset_type']>> = {
  ...{ host: 'server', vm: 'server', 'virtual machine': 'server', hypervisor: 'server' },
  ...{
    desktop: 'workstation',
    laptop: 'workstation',
    client: 'workstation',
    pc: 'workstation',
    computer: 'workstation',
  },
  ...{ router: 'network', switch: 'network', firewall: 'network', subnet: 'network', printer: 'network' },
  ...{ phone: 'mobile', tablet: 'mobile', app: 'application', service: 'application', db: 'database' },
  ...{ container: 'cloud', instance: 'cloud', saas: 'cloud' },
}

const ranks: Readonly<Record<string, Asset['criticality']>> = {
  ...{ crit: 'critical', 'very high': 'critical', highest: 'critical', 'mission critical': 'critical' },
  ...{ p1: 'critical', 'tier 1': 'critical', tier1: 'critical', '1 - most critical': 'critical' },
  ...{ important: 'high', p2: 'high', 'tier 2': 'high', tier2: 'high', '2 - somewhat critical': 'high' },
  ...{ med: 'medium', moderate: 'medium', normal: 'medium', standard: 'medium' },
  ...{ p3: 'medium', 'tier 3': 'medium', tier3: 'medium', '3 - less critical': 'medium' },
  ...{ minor: 'low', 'very low': 'low', lowest: 'low', none: 'low' },
  ...{ p4: 'low', 'tier 4': 'low', tier4: 'low', '4 - not critical': 'low' },
}

const stages: Readonly<Record<string, NonNullable<Asset['environment']>>> = {
  ...{ prod: 'production', prd: 'production', live: 'production', stage: 'staging', stg: 'staging' },
  ...{ preprod: 'staging', 'pre-production': 'staging', preproduction: 'staging', dev: 'development' },
  ...{ testing: 'test', qa: 'test', uat: 'test', sandbox: 'test', lab: 'test' },
}

/** The shortest accepted prefix lengths of a range. */
const minPrefix = { v4: 8, v6: 16 }

/** Reads assets from tables, with the column names of common inventories. */
export const assetRows: RowReader<ImportedAsset> = {
  lists: new Set(['addresses', 'hostnames', 'tags']),
  synonyms: {
    asset_id: ['id', 'asset tag', 'asset', 'ci id', 'sys id', 'uuid'],
    asset_name: ['name', 'display name', 'ci name', 'label'],
    asset_type: ['type', 'class', 'category', 'kind', 'ci class'],
    addresses: [
      ...['ip or cidr', 'ip', 'ips', 'ip address', 'ip addresses', 'address', 'cidr', 'subnet', 'network', 'range'],
      ...['ipv4', 'ipv4 address', 'ipv6', 'ipv6 address', 'primary ip', 'private ip', 'public ip'],
    ],
    hostnames: ['hostname', 'host', 'host name', 'fqdn', 'dns', 'dns name', 'computer name', 'computer', 'server'],
    mac_address: ['mac', 'physical address'],
    os_name: ['os', 'operating system', 'platform'],
    os_version: ['operating system version', 'version'],
    owner: ['owned by', 'responsible', 'contact', 'team', 'assigned to', 'managed by'],
    location: ['site', 'data center', 'datacenter', 'building', 'room', 'region'],
    criticality: ['business criticality', 'importance', 'critical', 'tier', 'priority'],
    business_unit: ['bu', 'department', 'division', 'cost center'],
    environment: ['env', 'stage', 'used for'],
    tags: ['tag', 'labels', 'groups'],
    vulnerabilities_critical: ['critical vulnerabilities'],
    vulnerabilities_high: ['high vulnerabilities'],
    vulnerabilities_medium: ['medium vulnerabilities'],
    vulnerabilities_low: ['low vulnerabilities'],
    last_scan: ['last scanned', 'scanned at'],
    is_active: ['active', 'status', 'state', 'in use', 'install status'],
  },
  read(cells) {
    const text = (field: string) => cells.read(field, cellText)
    return {
      asset_id: cells.require('asset_id', cellText),
      asset_name: cells.require('asset_name', cellText),
      asset_type: cells.require('asset_type', (cell) => toChoice(cell, assetTypes, types)),
      addresses: cells.list('addresses', (cell) => toList(cell, 'words').map(toRange)),
      hostnames: cells.list('hostnames', (cell) => toList(cell, 'words').map(toHostname)),
      mac_address: text('mac_address'),
      os_name: text('os_name'),
      os_version: text('os_version'),
      owner: text('owner'),
      location: text('location'),
      criticality: cells.require('criticality', (cell) => toChoice(cell, criticalities, ranks)),
      business_unit: text('business_unit'),
      environment: cells.read('environment', (cell) => toChoice(cell, environments, stages)),
      tags: cells.list('tags', (cell) => toList(cell, 'texts')),
      vulnerabilities: readVulnerabilities(cells),
      last_scan: cells.read('last_scan', toMoment),
      is_active: cells.require('is_active', toActive),
    }
  },
  idOf: ({ asset_id, hostnames, asset_name, addresses }) => asset_id ?? hostnames?.[0] ?? asset_name ?? addresses?.[0],
}

const readVulnerabilities = (cells: Cells): Imported<ImportedAsset>['vulnerabilities'] => {
  const count = (severity: string) => cells.require(`vulnerabilities_${severity}`, toCount)
  const [critical, high, medium, low] = [count('critical'), count('high'), count('medium'), count('low')]
  if ([critical, high, medium, low].every((found) => found === undefined)) return undefined
  return { critical: critical ?? 0, high: high ?? 0, medium: medium ?? 0, low: low ?? 0 }
}

const toRange = (text: string): string => {
  const range = parseRange(text)
  if (!range) throw new CellFault(`must be an address, or a range such as 10.0.0.0/24, not "${text.slice(0, 60)}"`)
  if (range.bits < (text.includes(':') ? minPrefix.v6 : minPrefix.v4 + 96)) {
    throw new CellFault(`is too wide for one asset: "${text}"`)
  }
  return text.toLowerCase()
}

const toHostname = (text: string): string => {
  if (text.length <= 253 && /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u.test(text)) return text
  throw new CellFault(`is not a valid hostname: "${text.slice(0, 60)}"`)
}

/** Merges imported fields into a known asset, or into a new one with defaults. */
export const toAsset = (id: string, fields: Imported<ImportedAsset>, before: Asset | undefined, now: string): Asset => {
  const addresses = fields.addresses ?? []
  const isRange = addresses.length > 0 && addresses.every((text) => text.includes('/'))
  const base: Asset = before ?? {
    asset_id: id,
    asset_name: fields.hostnames?.[0] ?? id,
    asset_type: isRange && !fields.hostnames ? 'network' : 'server',
    addresses: [],
    hostnames: [],
    mac_address: null,
    os_name: null,
    os_version: null,
    owner: null,
    location: null,
    criticality: 'medium',
    business_unit: null,
    environment: null,
    tags: [],
    vulnerabilities: null,
    last_scan: null,
    is_active: true,
    created_at: now,
    updated_at: now,
  }
  const hostnames = fields.hostnames && distinctNames([...base.hostnames, ...fields.hostnames], fields.hostnames)
  return { ...overlay(base, { ...fields, hostnames }), asset_id: base.asset_id }
}

/** Returns the wanted names without duplicates, in the spelling of their first occurrence in `all`. */
const distinctNames = (all: readonly string[], wanted: readonly string[]): string[] => {
  const spelling = new Map(all.toReversed().map((name) => [name.toLowerCase(), name]))
  return [...new Set(wanted.map((name) => spelling.get(name.toLowerCase()) ?? name))]
}
