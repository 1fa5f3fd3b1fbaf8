import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { compatPorts } from '../../api/compat-ports.ts'
import { loadConfig } from '../../config.ts'
import { readAgents } from '../../operations/agents/read-agents.ts'
import { createCompatSystems } from '../systems.ts'
import { getLogDatabase } from './get-log-database.ts'
import { logEntrySources, receiversInForce } from './log-agent-settings.ts'

const configOf = (env: Readonly<Record<string, string>>) =>
  loadConfig({ flags: {}, env: { HOME: tmpdir(), ...env }, cwd: tmpdir(), readText: () => undefined }).config
const log = { debug() {}, info() {}, warn() {}, error() {} }
const { signal } = new AbortController()
const portsOf = (env: Readonly<Record<string, string>>) => {
  const config = configOf(env)
  const systems = createCompatSystems(config, { now: Date.now, fetch, log, signal })
  return compatPorts(config.compat.ports, config.server.port, systems)
    .filter(({ system }) => system.name === 'network-agents')
    .map(({ system, port, host }) => [system.name, port, host])
}

it('adds the receiver that the variables of the service name', () => {
  const receivers = (env: Readonly<Record<string, string>>) => receiversInForce(configOf(env))
  const env = { NOTIFICATION_URL: 'http://192.0.2.1/hook', NOTIFICATION_TOKEN: 'hush' }
  expect(receivers({})).toEqual([])
  expect(receivers(env)).toEqual([
    { type: 'webhook', name: 'network-agents', min_severity: 'medium', url: env.NOTIFICATION_URL, token: 'hush' },
  ])
  expect(receivers({ ...env, NOTIFICATION_ENABLED: 'false' })).toEqual([])
  const own = '[{ type: webhook, name: network-agents, url: https://example.com/ }]'
  expect(receivers({ ...env, VEDETTE_NOTIFY: own })).toMatchObject([{ url: 'https://example.com/' }])
})

it('opens the port that clients know where the service is set up, once', () => {
  expect(portsOf({})).toEqual([])
  expect(portsOf({ DB_HOST: 'db' })).toEqual([['network-agents', 5555, undefined]])
  expect(portsOf({ SERVICE_PORT: '15555', SERVICE_HOST: '0.0.0.0' })).toEqual([['network-agents', 15_555, '0.0.0.0']])
  expect(portsOf({ DB_HOST: 'db', SERVICE_PORT: '0' })).toEqual([])
  expect(portsOf({ DB_HOST: 'db', VEDETTE_COMPAT_PORTS: 'all' })).toEqual([['network-agents', 5555, undefined]])
  expect(portsOf({ DB_HOST: 'db', PORT: '5555' })).toEqual([])
})

it('shows where log entries are read from, without the password', async () => {
  const shown = (env: Readonly<Record<string, string>>) =>
    getLogDatabase(configOf(env).network_agents.database).run({}, { actor: { name: 'ana', role: 'admin' } })
  expect(await shown({ DB_HOST: 'db', DB_PASSWORD: 'hush' })).toEqual({
    ...{ host: 'db', port: 5432, database: 'netmonitor_db', user: 'postgres', has_password: true },
  })
  expect(await shown({})).toMatchObject({ host: null, has_password: false })
})

it('reads the database that is named, and of it the programs that agents look at', () => {
  expect(logEntrySources(configOf({}).network_agents, [])).toEqual([])
  const { network_agents } = configOf({
    DB_HOST: '::1',
    DB_USER: 'a b',
    DB_PASSWORD: 'p/w',
    AGENT_LOOKBACK_WINDOW: '5',
  })
  const agents = readAgents(network_agents).filter(({ agent_id }) => agent_id === 'dns')
  expect(logEntrySources(network_agents, agents)).toMatchObject([
    {
      type: 'sql',
      name: 'log-entries',
      url: 'postgres://a%20b:p%2Fw@[::1]:5432/netmonitor_db',
      programs: ['named', 'dnsmasq', 'systemd-resolved', 'kernel'],
      lookback: 300,
    },
  ])
})
