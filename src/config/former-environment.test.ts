import { expect, it } from 'vitest'
import { loadConfig } from '../config.ts'
import { AppError } from '../errors.ts'

const load = (env: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}) =>
  loadConfig({ flags: {}, env: { HOME: '/home/ann', ...env }, cwd: '/app', readText: (path) => files[path] })

const database = { DB_HOST: 'db', DB_PORT: '5433', DB_NAME: 'anomalies', DB_USER: 'hasura', DB_PASSWORD: 'p/w' }
const guard = { ...database, HISTORICAL_RETENTION_DAYS: '14', ANOMALY_THRESHOLD: '0.2', ANOMALY_RETENTION_DAYS: '7' }
const agents = {
  ...{ DB_HOST: 'db', DB_NAME: 'netmonitor_db', SERVICE_PORT: '5555', REDIS_HOST: 'redis' },
  ...{ ANOMALY_THRESHOLD: '0.95', ANOMALY_RETENTION_DAYS: '7', MODEL_VERSION: '1.0', MODEL_DIR: '/app/models' },
}

it('stores the data of a query guard in the database that its variables name, and starts no network agents', () => {
  const { config, recognized } = load(guard)
  expect(config.storage.url).toBe('postgres://hasura:p%2Fw@db:5433/anomalies')
  expect(config.network_agents.database.host).toBeUndefined()
  expect(config.network_agents.retention_days).toBe(30)
  expect(config.query_guard).toMatchObject({ threshold: 0.2, anomaly_days: 7 })
  expect(recognized).toEqual([
    {
      name: 'query-guard',
      effective: [
        ...['ANOMALY_RETENTION_DAYS', 'ANOMALY_THRESHOLD', 'HISTORICAL_RETENTION_DAYS'],
        ...Object.keys(database),
      ],
      unused: [],
    },
  ])
})

it('does not take the token of a monitor for a sign of the network agents', () => {
  const { config } = load({ ...guard, HEALTH_TOKEN: 'a-token' })
  expect(config.network_agents.database.host).toBeUndefined()
  expect(config.storage.url).toContain('@db:5433/anomalies')
  expect(config.health_token).toBe('a-token')
})

it('reads the password of the query guard from a file, and lets its URL come first', () => {
  const { DB_PASSWORD: _, ...others } = guard
  const files = { '/run/password': 'secret\n' }
  expect(load({ ...others, DB_PASSWORD_FILE: '/run/password' }, files).config.storage.url).toContain(':secret@db:')
  expect(load({ ...guard, DATABASE_URL: 'sqlite:///guard.db' }).config.storage.url).toBe('sqlite:guard.db')
  expect(load({ ...guard, VEDETTE_STORAGE_URL: 'sqlite:own.db' }).config.storage.url).toBe('sqlite:own.db')
})

it('reads log entries from the database of network agents, and keeps their thresholds from the query guard', () => {
  const { config, recognized } = load(agents)
  expect(config.network_agents).toMatchObject({ database: { host: 'db' }, retention_days: 7 })
  expect(config.storage.url).toBe('sqlite:/app/data/vedette.db')
  expect(config.query_guard).toMatchObject({ threshold: 0.1, anomaly_days: 90 })
  expect(config.log_analyzer.model_version).toBeUndefined()
  expect(config.log_detection.model_dir).toBe('anomaly_outputs')
  expect(recognized.map(({ name, unused }) => [name, unused])).toEqual([
    ['network-agents', ['ANOMALY_THRESHOLD', 'MODEL_DIR', 'MODEL_VERSION']],
  ])
})

it('gives the database to the network agents if both systems share an environment', () => {
  const { config, recognized } = load({ ...guard, ...agents })
  expect(config.network_agents.database.host).toBe('db')
  expect(config.storage.url).toBe('sqlite:/app/data/vedette.db')
  expect(recognized.map(({ name }) => name)).toEqual(['network-agents', 'query-guard'])
})

it('takes variables without a signature in every sense that they have', () => {
  const { config } = load({ DB_HOST: 'db', ANOMALY_THRESHOLD: '0.3', MODEL_VERSION: 'v7', MODEL_DIR: 'models' })
  expect(config.network_agents.database.host).toBe('db')
  expect(config.query_guard.threshold).toBe(0.3)
  expect(config.log_analyzer.model_version).toBe('v7')
  expect(config.log_detection.model_dir).toBe('models')
})

it('opens port 3000 for the log analyser, unless a platform wants the server there', () => {
  const ports = (env: Readonly<Record<string, string>>) => {
    const { server, log_analyzer } = load(env).config
    return [server.port, log_analyzer.port]
  }
  expect(ports({ PORT: '3000' })).toEqual([8787, 3000])
  expect(ports({ PORT: '3000', THRESHOLD: '0.7' })).toEqual([8787, 3000])
  expect(ports({ PORT: '3001' })).toEqual([3001, undefined])
  expect(ports({ PORT: '3000', HOST: '0.0.0.0' })).toEqual([3000, undefined])
  expect(ports({ PORT: '3000', VEDETTE_SERVER_PORT: '9000' })).toEqual([9000, undefined])
  expect(ports({ PORT: '3000', ...guard })).toEqual([3000, undefined])
})

it('reads the path of a SQLite file as SQLAlchemy does', () => {
  const url = (DATABASE_URL: string) => load({ DATABASE_URL }).config.storage.url
  expect(url('sqlite:///data/triage.db')).toBe('sqlite:data/triage.db')
  expect(url('sqlite+aiosqlite:////var/lib/triage.db')).toBe('sqlite:/var/lib/triage.db')
  expect(url('sqlite://')).toBe('sqlite::memory:')
  expect(url('sqlite:///:memory:')).toBe('sqlite::memory:')
  expect(url('sqlite:/var/lib/vedette.db')).toBe('sqlite:/var/lib/vedette.db')
})

it('stores data in a file of its own if DATABASE_URL names a database that it cannot write to', () => {
  for (const kind of ['mysql+pymysql', 'mssql+pyodbc', 'oracle', 'mariadb']) {
    const { config, warnings } = load({ DATABASE_URL: `${kind}://user:secret@db/anomalies` })
    expect(config.storage.url).toBe('sqlite:/app/data/vedette.db')
    expect(warnings.join()).toContain(`the kind "${kind.split('+')[0]}"`)
    expect(warnings.join()).not.toContain('secret')
  }
  expect(() => load({ VEDETTE_STORAGE_URL: 'mysql://db/a' })).toThrow(AppError)
})
