import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { logAnalyzerTables } from '../compat/log-analyzer/adoption/former-tables.fake.ts'
import { networkAgentTables } from '../compat/network-agents/adoption/former-tables.fake.ts'
import { loadConfig } from '../config.ts'
import { writeFormerFile } from '../operations/adoption/former-tables.fake.ts'
import { readAgents } from '../operations/agents/read-agents.ts'
import { openStore } from '../store/open-store.ts'
import { describeAdoption } from './adoption.conformance.ts'
import { adoptInstallation } from './adoption.ts'

const scratch = mkdtempSync(join(tmpdir(), 'vedette-adoption-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
let made = 0
const place = (name: string): string => join(scratch, `${++made}-${name}`)

const log = { debug() {}, info() {}, warn() {}, error() {} }
const now = () => Date.parse('2026-06-01T00:00:00Z')

describeAdoption('of SQLite files into SQLite', {
  async source(tables) {
    const file = place('former.db')
    writeFormerFile(file, tables)
    return `sqlite:///${file}`
  },
  target: async () => `sqlite:${place('vedette.db')}`,
})

let last = ''
describeAdoption('of a SQLite file into itself', {
  async source(tables) {
    last = place('both.db')
    writeFormerFile(last, tables)
    return `sqlite:${last}`
  },
  target: async () => `sqlite:${last}`,
})

const adopt = async (source: string, isDryRun = false) => {
  const data = place('data')
  const configOf = (file?: string) =>
    loadConfig({ flags: { data_dir: data }, env: { HOME: scratch }, cwd: scratch, ...(file !== undefined && { file }) })
      .config
  const options = { place: source, cwd: scratch, config: configOf(), file: join(data, 'vedette.yaml'), now, log }
  const result = await adoptInstallation({ ...options, isDryRun })
  return { data, result, configOf, again: () => adoptInstallation({ ...options, isDryRun: false }) }
}

it('takes the folder of the log-agent service: its variables, its file and its agents as PyYAML reads them', async () => {
  const folder = place('service')
  mkdirSync(join(folder, 'backend/app/config/agents'), { recursive: true })
  mkdirSync(join(folder, 'data'))
  writeFormerFile(join(folder, 'data/mcp_anomalies.db'), networkAgentTables)
  writeFileSync(
    join(folder, '.env'),
    'SQLITE_DB_PATH=./data/mcp_anomalies.db\nHEALTH_TOKEN="a b"\nREDIS_HOST=redis\nSERVICE_PORT=15555\nDB_HOST=192.0.2.1.invalid\nLOG_LEVEL=INFO\n',
  )
  writeFileSync(
    join(folder, 'backend/app/config/agents/wifi_agent.yaml'),
    `agent_id: wifi_agent
name: WiFi Agent
description: My access points
agent_type: hybrid
process_filters: [hostapd]
model_path: null
capabilities: ["Authentication failure detection"]
analysis_rules:
  lookback_minutes: 010
  analysis_interval: 120
  feature_extraction: [auth_failures, deauth_count]
  severity_mapping: {auth_failure: 4}
  thresholds: {auth_failures: 9, deauth_count: 30, signal_strength: -70}
  alert_enabled: yes
`,
  )
  writeFileSync(join(folder, 'docker-compose.yaml'), 'services: { mcp: { image: x } }\n')

  const { data, result, configOf, again } = await adopt(folder)
  expect(result.systems.map(({ name }) => name)).toEqual(['network-agents'])
  expect(result.report?.parts.map(({ noun, added }) => [noun, added])).toEqual([
    ['anomalies', 512],
    ['alerts', 1],
    ['agents', 1],
  ])
  const file = join(data, 'vedette.yaml')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const config = configOf(file)
  expect(config).toMatchObject({ health_token: 'a b', samples: 'off', log: { level: 'info' } })
  expect(config.network_agents).toMatchObject({
    sqlite_path: join(folder, 'data/mcp_anomalies.db'),
    port: 15_555,
    paths: [join(data, 'adopted/agents')],
  })
  const wifi = readAgents(config.network_agents).find(({ agent_id }) => agent_id === 'wifi')
  expect(wifi).toMatchObject({
    ...{ name: 'WiFi Agent', process_filters: ['hostapd'] },
    analysis_rules: { lookback_minutes: 8, analysis_interval: 120, severity_mapping: { auth_failure: 4 } },
  })
  const above = (type: string) =>
    wifi?.analysis_rules.thresholds.find(({ anomaly_type }) => anomaly_type === type)?.above
  expect([above('auth_failure'), above('deauth_flood'), above('beacon_flood')]).toEqual([9, 30, 100])
  const reasons = result.leftOut.map(({ what, why }) => `${what}: ${why}`).join('\n')
  expect(reasons).toContain('"signal_strength"')
  expect(reasons).toContain('variable REDIS_HOST')
  expect(reasons).toMatch(/database: .*192\.0\.2\.1\.invalid/)

  const second = await again()
  expect(second.report?.parts.map(({ added, present }) => [added, present])).toEqual([
    [0, 512],
    [0, 1],
    [0, 1],
  ])
  const store = await openStore(`sqlite:${join(data, 'vedette.db')}`, { now, log })
  // The anomaly that somebody had resolved.
  const { items } = await store.alerts.list({ limit: 9 })
  expect(items).toMatchObject([
    { status: 'resolved', resolution: 'other', title: 'wifi: 5 disassociation events', severity: 'medium' },
  ])
  expect(items[0]?.first_seen).toBe('2026-03-01T00:05:00.000Z')
  await store.close()
  expect(second.settings.outcome).toBe('present')
})

it('takes the anomalies that the log detection service wrote, each once', async () => {
  const folder = place('anomaly_outputs')
  mkdirSync(folder)
  const anomaly = {
    ...{ timestamp: '2026-01-15 10:00:20', user: 'admin', source_ip: '203.0.113.9', dest_ip: 'unknown' },
    ...{ event_type: 'authentication', action: 'failed', message: 'Failed login', severity: 'high' },
    ...{ anomaly_score: 0.907, threat_type: 'brute_force' },
  }
  writeFileSync(join(folder, 'anomalies_detailed.json'), JSON.stringify([anomaly, { ...anomaly, user: 'root' }]))
  writeFileSync(
    join(folder, 'auth_20260115_110000.json'),
    JSON.stringify({ source_file: 'auth.json', processed_at: 'x', total_events: 9, anomalies: [anomaly] }),
  )
  writeFileSync(join(folder, 'isolation_forest.pkl'), 'x')
  const { data, result } = await adopt(folder)
  expect(result.report?.parts.map(({ added, present }) => [added, present])).toEqual([
    [2, 0],
    [0, 1],
  ])
  expect(result.leftOut).toMatchObject([{ what: 'model files', count: 1 }])
  const store = await openStore(`sqlite:${join(data, 'vedette.db')}`, { now, log })
  const { items } = await store.alerts.list({ limit: 9 })
  expect(items).toHaveLength(2)
  expect(items[0]).toMatchObject({
    type: 'brute_force',
    severity: 'high',
    status: 'triaged',
    first_seen: '2026-01-15T10:00:20.000Z',
  })
  await store.close()
})

it('changes nothing in a dry run, and never changes a configuration file', async () => {
  const file = place('data.sqlite')
  writeFormerFile(file, logAnalyzerTables)
  const before = readFileSync(file)
  const { data, result, again } = await adopt(file, true)
  expect(result.settings).toMatchObject({ outcome: 'would write', keys: ['compat.ports', 'samples'] })
  expect(() => statSync(data)).toThrow('ENOENT')
  mkdirSync(data)
  writeFileSync(join(data, 'vedette.yaml'), '# mine\nsamples: off\n')
  expect((await again()).settings).toMatchObject({ outcome: 'kept', yaml: 'compat:\n  ports:\n    - log-analyzer\n' })
  expect(readFileSync(join(data, 'vedette.yaml'), 'utf8')).toBe('# mine\nsamples: off\n')
  expect(readFileSync(file)).toEqual(before)
})

it('takes only what is new at a later time', async () => {
  const file = place('data.sqlite')
  const { incidents = { columns: {}, rows: [] } } = logAnalyzerTables
  writeFormerFile(file, { incidents })
  const { again, data } = await adopt(file)
  const { default: Database } = await import('better-sqlite3')
  const database = new Database(file)
  database.exec(
    `insert into incidents (id, detected_at, service, severity, summary, features) values (9, '2026-02-01', 'db', 0.9, 'new', '{}')`,
  )
  database.close()
  expect((await again()).report?.parts.map(({ added, present }) => [added, present])).toEqual([[1, 3]])
  const store = await openStore(`sqlite:${join(data, 'vedette.db')}`, { now, log })
  expect((await store.scoredBatches.list(9)).map(({ id }) => id)).toEqual([9, 7, 2, 1])
  await store.close()
})

it('takes tables whose names and columns a tool wrote in upper case', async () => {
  const file = place('data.sqlite')
  const { incidents = { columns: {}, rows: [] } } = logAnalyzerTables
  const upper = <Value>(given: Readonly<Record<string, Value>>) =>
    Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toUpperCase(), value]))
  writeFormerFile(file, { INCIDENTS: { columns: upper(incidents.columns), rows: incidents.rows.map(upper) } })
  const { result } = await adopt(file)
  expect(result.report?.parts).toEqual([expect.objectContaining({ added: incidents.rows.length })])
})

it('refuses what is of no older system, and names those that it knows', async () => {
  const folder = place('empty')
  mkdirSync(folder)
  writeFileSync(join(folder, 'notes.txt'), 'x')
  await expect(adopt(folder)).rejects.toMatchObject({
    code: 'INVALID_REQUEST',
    hint: expect.stringContaining('the alert triage services'),
  })
  await expect(adopt(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
  await expect(adopt('postgres://nobody@127.0.0.1:1/x')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
})

it('takes no variable whose value its setting cannot have, because Vedette would not start', async () => {
  const folder = place('guard')
  mkdirSync(folder)
  writeFileSync(
    join(folder, '.env'),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: A shell expands it, and Vedette does not.
    'MINIMUM_TRAINING_RECORDS=50\nMAX_RECORDS_PER_BATCH=fifty\nHISTORICAL_RETENTION_DAYS=14 days\nANOMALY_THRESHOLD=${T:-0.2}\n',
  )
  const { result, data, configOf } = await adopt(folder)
  expect(result.settings.keys).toEqual(['query_guard.min_training_records'])
  expect(result.leftOut.map(({ what }) => what).sort()).toEqual([
    'variable ANOMALY_THRESHOLD',
    'variable HISTORICAL_RETENTION_DAYS',
    'variable MAX_RECORDS_PER_BATCH',
  ])
  expect(result.leftOut[0]?.why).toMatch(/^Its value does not fit query_guard\..*expected number/)
  expect(configOf(join(data, 'vedette.yaml')).query_guard.min_training_records).toBe(50)
})

it.each([
  [
    'a byte order mark and CRLF',
    Buffer.from('\ufeffMINIMUM_TRAINING_RECORDS=50\r\n# a comment\r\nMAX_TOKENS="900"\r\n'),
  ],
  ['UTF-16', Buffer.from('\ufeffMINIMUM_TRAINING_RECORDS=50\nMAX_TOKENS=900\n', 'utf16le')],
])('reads variables with %s', async (_name, bytes) => {
  const folder = place('guard')
  mkdirSync(folder)
  writeFileSync(join(folder, '.env'), bytes)
  const { result, data, configOf } = await adopt(folder)
  expect(result.leftOut).toEqual([])
  expect(configOf(join(data, 'vedette.yaml')).query_guard).toMatchObject({ min_training_records: 50 })
})

it('names a damaged file, and what to do about it', async () => {
  const file = place('damaged.db')
  writeFileSync(file, `SQLite format 3\0${'x'.repeat(5_000)}`)
  await expect(adopt(file)).rejects.toMatchObject({ code: 'UNAVAILABLE', hint: expect.stringContaining('.recover') })
})

it('takes what it may read of a folder, and names the rest', () => {
  const folder = place('service')
  mkdirSync(folder)
  mkdirSync(join(folder, 'secret'), { mode: 0o000 })
  writeFormerFile(join(folder, 'data.db'), networkAgentTables)
  writeFileSync(join(folder, 'key.db'), 'x', { mode: 0o000 })
  const program = [process.execPath, join(import.meta.dirname, '../main.ts'), 'adopt', folder]
  // The superuser may read everything, unless these rights are taken away.
  const rights = '-dac_override,-dac_read_search'
  const [command = '', ...words] = [
    ...(process.getuid?.() === 0 ? ['setpriv', '--bounding-set', rights, '--inh-caps', rights] : []),
    ...program,
    ...['--dry-run', '--json', '--data-dir', place('data')],
  ]
  const { stdout, stderr } = spawnSync(command, words, { cwd: scratch, encoding: 'utf8' })
  expect(stderr).toBe('')
  const report = JSON.parse(stdout)
  expect(report.systems).toEqual([expect.objectContaining({ name: 'network-agents' })])
  expect(JSON.stringify(report)).toContain(`folder ${folder}/secret`)
  expect(JSON.stringify(report)).toContain(`file ${folder}/key.db`)
})
