import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from '../../config.ts'
import { AppError } from '../../errors.ts'
import { agentsInForce, readAgents } from './read-agents.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-agents-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const configOf = (env: Readonly<Record<string, string>>) =>
  loadConfig({ flags: {}, env: { HOME: folder, ...env }, cwd: folder, readText: () => undefined }).config
const idsOf = (env: Readonly<Record<string, string>>) => agentsInForce(configOf(env)).map(({ agent_id }) => agent_id)
const faultsOf = (env: Readonly<Record<string, string>>): readonly string[] => {
  try {
    agentsInForce(configOf(env))
    return []
  } catch (error) {
    if (error instanceof AppError) return error.errors.map(({ message }) => message)
    throw error
  }
}
const own = (text: string) => {
  writeFileSync(join(folder, 'own.yaml'), text)
  return { VEDETTE_NETWORK_AGENTS_PATHS: folder }
}
const all = ['dns', 'log_level', 'network', 'system', 'threshold', 'wifi']

describe('the agents that run', () => {
  it('are all where their service is set up, else the one for Wi-Fi', () => {
    expect(idsOf({})).toEqual(['wifi'])
    for (const env of [{ DB_HOST: 'db' }, { SQLITE_DB_PATH: 'a.db' }, { SERVICE_PORT: '0' }]) {
      expect(idsOf(env)).toEqual(all)
    }
    expect(idsOf({ VEDETTE_COMPAT_PORTS: 'network-agents:15555' })).toEqual(all)
    expect(idsOf({ DB_HOST: 'db', VEDETTE_NETWORK_AGENTS_AGENTS: 'dns,wifi' })).toEqual(['dns', 'wifi'])
    expect(faultsOf({ VEDETTE_NETWORK_AGENTS_AGENTS: 'dns,smtp' })).toEqual(['Unknown agent: "smtp".'])
  })

  it('can be your own, in place of ours or beside them', () => {
    const rules = 'analysis_rules: { lookback_minutes: 5, analysis_interval: 60, target_levels: [error] }'
    const one = own(`{ agent_id: wifi, name: Mine, agent_type: rule_based, ${rules} }`)
    expect(agentsInForce(configOf(one)).map(({ name }) => name)).toEqual(['Mine'])
    const other = own(`{ agent_id: mail, name: Mail, agent_type: rule_based, ${rules} }`)
    expect(idsOf({ ...other, DB_HOST: 'db' })).toHaveLength(all.length + 1)
  })

  it('are refused with every fault', () => {
    const faults = own(
      `{ agent_id: wifi, name: Mine, agent_type: rule_based, analysis_rules: { lookback_minutes: 0 } }`,
    )
    expect(faultsOf(faults).length).toBeGreaterThan(1)
    expect(faultsOf({ VEDETTE_NETWORK_AGENTS_PATHS: join(folder, 'nowhere') })).toEqual([])
    expect(() => agentsInForce(configOf({ VEDETTE_NETWORK_AGENTS_PATHS: join(folder, 'nowhere') }))).toThrow(
      'no folder',
    )
  })

  it('go by other limits where the configuration sets them', () => {
    const limits = { VEDETTE_NETWORK_AGENTS_THRESHOLDS: '{ deauth_flood: 30, mac_spoofing: 99 }' }
    const wifi = readAgents(configOf(limits).network_agents).find(({ agent_id }) => agent_id === 'wifi')
    const above = Object.fromEntries(
      (wifi?.analysis_rules.thresholds ?? []).map(({ anomaly_type, above }) => [anomaly_type, above]),
    )
    expect(above).toMatchObject({ deauth_flood: 30, mac_spoofing: 99, auth_failure: 5 })
    expect(wifi?.analysis_rules.fallback_rules.rule_based_detection).toMatchObject({ mac_spoofing: 99 })
    expect(faultsOf({ VEDETTE_NETWORK_AGENTS_THRESHOLDS: '{ deaf_flood: 30 }' })).toEqual([
      'Unknown threshold: "deaf_flood".',
    ])
  })
})

it('goes by the limits of resources that the variables of the service name, unless a threshold says otherwise', () => {
  const env = { RESOURCE_THRESHOLD_CPU: '60', RESOURCE_THRESHOLD_MEMORY: '70', RESOURCE_THRESHOLD_DISK: '75' }
  const limitsOf = (more: Readonly<Record<string, string>>) =>
    readAgents(configOf({ ...env, ...more }).network_agents).flatMap(({ agent_id, analysis_rules }) =>
      analysis_rules.thresholds
        .filter(({ anomaly_type }) => /^high_(cpu|memory|disk)$/.test(anomaly_type))
        .map(({ anomaly_type, above }) => `${agent_id} ${anomaly_type} ${above}`),
    )
  expect(limitsOf({})).toEqual([
    'system high_cpu 60',
    'system high_memory 70',
    'threshold high_cpu 60',
    'threshold high_memory 70',
    'threshold high_disk 75',
  ])
  expect(limitsOf({ VEDETTE_NETWORK_AGENTS_THRESHOLDS: '{ high_disk: 99 }' })).toContain('threshold high_disk 99')
})
