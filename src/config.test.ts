import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explainConfig } from './config/explain.ts'
import { configAsJson, printConfig } from './config/print.ts'
import { parseYaml } from './config/yaml-file.ts'
import { loadConfig } from './config.ts'
import { AppError } from './errors.ts'

const load = (given: { yaml?: string; env?: Record<string, string>; flags?: object; files?: Record<string, string> }) =>
  loadConfig({
    flags: { ...given.flags },
    env: { HOME: '/home/ann', ...given.env },
    cwd: '/app',
    readText: (path) => (path === '/app/vedette.yaml' ? given.yaml : given.files?.[path]),
  })

const faults = (given: Parameters<typeof load>[0]): readonly string[] => {
  try {
    load(given)
  } catch (error) {
    if (error instanceof AppError) {
      return error.errors.map(({ path, message, hint }) => [path, message, hint].filter(Boolean).join(' | '))
    }
    throw error
  }
  throw new Error('it was accepted')
}

describe('loadConfig', () => {
  it('reads a file in UTF-16, as Notepad and PowerShell write it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'vedette-config-'))
    const text = Buffer.from('\uFEFFserver:\r\n  port: 9001\r\n', 'utf16le')
    for (const bytes of [text, Buffer.from(text).swap16(), Buffer.from('\uFEFFserver: { port: 9001 }\n')]) {
      writeFileSync(join(folder, 'vedette.yaml'), bytes)
      expect(loadConfig({ flags: {}, env: { HOME: folder }, cwd: folder }).config.server.port).toBe(9001)
    }
    rmSync(folder, { recursive: true })
  })

  it('needs nothing', () => {
    const { config, origins, file } = load({})
    expect(config.server).toMatchObject({ host: '127.0.0.1', port: 8787 })
    expect(config.data_dir).toBe('/app/data')
    expect(config.storage.url).toBe('sqlite:/app/data/vedette.db')
    expect(config.retention.events).toBe(14 * 86_400_000)
    expect(config.detectors.map(({ type }) => type)).toEqual([
      'agent',
      'agent-model',
      'baseline',
      'external',
      'indicator',
      'isolation-forest',
      'job',
      'rarity',
      'sequence',
      'session',
      'sigma',
      'template',
      'transfer',
      'trend',
    ])
    expect(origins['server.port']).toBe('default')
    expect(file).toBeUndefined()
  })

  it.each(['', '\n', '# server:\n#   port: 1\n', '\ufeff# a comment\r\n\r\n  # another\r\n'])(
    'takes a file that sets nothing: %j',
    (yaml) => {
      expect(load({ yaml }).config.server.port).toBe(8787)
    },
  )

  it('reads placeholder values from the file and, as YAML, from the environment', () => {
    const yaml = 'rules:\n  paths: [rules, /etc/rules]\n  placeholders:\n    admins: [root]\n'
    const file = load({ yaml })
    expect(file.config.rules).toMatchObject({ paths: ['/app/rules', '/etc/rules'], placeholders: { admins: ['root'] } })
    expect(file.origins['rules.placeholders']).toBe('/app/vedette.yaml:3:3')
    const placeholders = { admins: ['ana', 'bo'] }
    expect(load({ yaml, env: { VEDETTE_RULES_PLACEHOLDERS: '{admins: [ana, bo]}' } }).config.rules).toMatchObject({
      placeholders,
    })
    expect(faults({ env: { VEDETTE_RULES_PLACEHOLDERS: 'admins' } })[0]).toContain('rules.placeholders')
    expect(faults({ yaml: 'rules: { placeholders: { admins: root } }' })[0]).toContain('rules.placeholders.admins')
  })

  it('prefers flags over the environment, the file and the defaults', () => {
    const yaml = 'server:\n  port: 1\n  host: a\nlog: { level: debug }\n'
    const { config, origins } = load({
      yaml,
      env: { PORT: '2', VEDETTE_SERVER_HOST: 'b', HOST: 'c', VEDETTE_LOG_FORMAT: '' },
      flags: { 'server.port': '3', 'log.level': undefined },
    })
    expect(config.server).toMatchObject({ port: 3, host: 'b' })
    expect(config.log).toEqual({ level: 'debug' })
    expect(origins).toMatchObject({
      'server.port': '--port',
      'server.host': 'VEDETTE_SERVER_HOST',
      'log.level': '/app/vedette.yaml:4:8',
      partitions: 'default',
    })
  })

  it('reads well-known variable names', () => {
    const { config } = load({ env: { PORT: '9', HOST: '0.0.0.0', HEALTH_TOKEN: 'h', LOG_LEVEL: 'WARNING' } })
    expect(config.server).toMatchObject({ port: 9, host: '0.0.0.0' })
    expect(config).toMatchObject({ health_token: 'h', log: { level: 'warn' } })
  })

  it('reads trusted certificates from a file', () => {
    const yaml = 'notify:\n  - { name: a, type: syslog, protocol: tls, ca_file: ca.pem }\n'
    expect(load({ yaml, files: { '/app/ca.pem': 'PEM\n' } }).config.notify).toMatchObject([
      { type: 'syslog', ca: 'PEM' },
    ])
  })

  it('reads secrets from files named in the environment and in the file', () => {
    const files = { '/run/admin': 'a-long-secret\n', '/app/hook': 'https://hook/x\n' }
    const yaml = 'notify:\n  - { name: a, type: webhook, url_file: hook }\n'
    const { config } = load({ yaml, env: { VEDETTE_ADMIN_TOKEN_FILE: '/run/admin' }, files })
    expect(config.admin_token).toBe('a-long-secret')
    expect(config.notify).toEqual([{ name: 'a', type: 'webhook', url: 'https://hook/x', min_severity: 'medium' }])
    expect(load({ yaml: 'health_token_file: /run/admin', files }).config.health_token).toBe('a-long-secret')
    expect(faults({ env: { HEALTH_TOKEN_FILE: '/none' } })).toEqual(['HEALTH_TOKEN_FILE | No such file: /none.'])
    expect(faults({ env: { PORT: '1', PORT_FILE: '/run/admin' }, files })[0]).toContain('both set')
  })

  it('reads lists from the environment', () => {
    const { config } = load({
      env: {
        VEDETTE_SOURCES: '[{"name": "auth", "type": "file", "paths": ["/var/log/auth.log"]}]',
        VEDETTE_SERVER_TRUSTED_PROXIES: '10.0.0.1, 10.0.0.2',
      },
    })
    expect(config.sources).toEqual([{ name: 'auth', type: 'file', paths: ['/var/log/auth.log'] }])
    expect(config.server.trusted_proxies).toEqual(['10.0.0.1', '10.0.0.2'])
  })

  it('finds the requested file, or reports that it does not exist', () => {
    const readText = (path: string) => (path === '/etc/x.yaml' ? 'partitions: 3' : undefined)
    const from = (env: Record<string, string>, file?: string) =>
      loadConfig({ flags: {}, env, cwd: '/app', file, readText }).config.partitions
    expect(from({ VEDETTE_CONFIG: '/etc/x.yaml' })).toBe(3)
    expect(from({}, '../etc/x.yaml')).toBe(3)
    expect(() => from({}, 'none.yaml')).toThrow('No such configuration file: none.yaml.')
  })

  it('reports all faults at once, each with its position and a hint', () => {
    const yaml = `servr: {}
server:
  prot: 1
queue: { max_bytes: lots }
retention: { events: 3 moons }
sources:
  - { name: a, type: file }
  - { type: file }
log: 5
`
    expect(faults({ yaml, env: { VEDETTE_PARTITIONS: 'two' }, flags: { 'server.port': '70000' } })).toEqual([
      '/app/vedette.yaml:9:1 | log: expected keys below it. | Known here: level.',
      '--port | server.port: Too big: expected number to be <=65535; got 70000',
      '/app/vedette.yaml:3:3 | Unknown key "server.prot". | Did you mean "port"?',
      '/app/vedette.yaml:4:10 | queue.max_bytes: "lots" is not a size; examples: 64KB, 512MB, 20GB or 0',
      'VEDETTE_PARTITIONS | partitions: expected number, received string; got "two"',
      '/app/vedette.yaml:8:5 | sources.1.name: expected string, received undefined',
      '/app/vedette.yaml:5:14 | retention.events: "3 moons" is not a duration; examples: 30s, 15m, 12h, 14d or 0',
      '/app/vedette.yaml:1:1 | Unknown key "servr". | Did you mean "server"?',
    ])
  })

  it('never prints an invalid secret', () => {
    expect(faults({ env: { VEDETTE_ADMIN_TOKEN: 'hunter2' } }).join()).not.toContain('hunter2')
  })

  it('rejects two sources with the same name', () => {
    const yaml = 'sources: [{ name: a, type: file }, { name: a, type: stdin }]'
    expect(faults({ yaml })).toEqual(['sources | sources: two entries are named "a". | Rename one.'])
  })

  it('takes a broker only together with PostgreSQL', () => {
    const url = { VEDETTE_QUEUE_URL: 'amqp://guest:guest@broker' }
    expect(faults({ env: url })[0]).toContain('RabbitMQ needs a PostgreSQL database')
    expect(faults({ env: { ...url, VEDETTE_STORAGE_URL: 'sqlite:a.db' } })[0]).toContain('RabbitMQ needs a PostgreSQL')
    expect(load({ env: { ...url, VEDETTE_STORAGE_URL: 'postgres://db/vedette' } }).config.queue.url).toBe(
      url.VEDETTE_QUEUE_URL,
    )
    expect(faults({ env: { VEDETTE_QUEUE_URL: 'http://broker' } })[0]).toContain('expected amqp://')
  })

  it('requires both certificate and key', () => {
    expect(faults({ env: { VEDETTE_SERVER_TLS_CERT: 'x' } })[0]).toContain('set both certificate and key')
  })

  it('warns about a misspelt variable, but not about variables of a platform', () => {
    const { warnings } = load({ env: { VEDETTE_SERVER_PROT: '1', VEDETTE_SERVICE_HOST: 'x', VEDETTE_URL: 'http://x' } })
    expect(warnings).toEqual(['The variable VEDETTE_SERVER_PROT has no effect. Did you mean "VEDETTE_SERVER_PORT"?'])
  })

  it('survives hostile YAML', () => {
    const hostile = [
      '- a',
      'a: &a [*a]',
      '__proto__: { admin_token: x }',
      'server: { constructor: 1 }',
      'a: !!js/function "x"',
      'a: [1\nb: 2',
      `a: &a [x]\nb: [${Array(80).fill('*a').join(',')}]`,
      '['.repeat(500),
      'server: [1, 2]',
    ]
    for (const yaml of hostile) expect(() => load({ yaml }), yaml.slice(0, 40)).toThrow(AppError)
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (yaml) => {
        try {
          load({ yaml })
        } catch (error) {
          expect(error).toBeInstanceOf(AppError)
        }
      }),
    )
  })
})

describe('printing the configuration', () => {
  const loaded = load({
    env: { VEDETTE_ADMIN_TOKEN: 'a-long-secret', VEDETTE_STORAGE_URL: 'postgres://vedette:pass@db/vedette' },
    yaml: 'retention: { max_bytes: 1536MB }\nnotify: [{ name: n, type: webhook, url: https://hook/secret }]',
  })

  it('masks secrets and names the origin of values', () => {
    const text = printConfig(loaded.config, loaded.origins)
    expect(text).not.toMatch(/a-long-secret|pass@|hook\/secret/)
    expect(text).toContain('  max_bytes: 1536MB  # /app/vedette.yaml:1:14')
    expect(text).toContain('admin_token: <redacted>  # VEDETTE_ADMIN_TOKEN')
    expect(JSON.stringify(configAsJson(loaded.config))).not.toMatch(/a-long-secret|pass@|hook\/secret/)
    expect(configAsJson(loaded.config)).toMatchObject({ retention: { events: '14d' } })
  })

  it('prints YAML that loads again', () => {
    const plain = load({ yaml: 'server: { port: 1 }\nsources: [{ name: a, type: file, paths: [/x] }]' })
    const again = load({ yaml: printConfig(plain.config, plain.origins) })
    expect(again.config).toEqual(plain.config)
    expect(parseYaml(printConfig(loaded.config, loaded.origins), 'x').value).toBeTypeOf('object')
  })

  it('explains a key, a group of keys, and suggests the closest key', () => {
    expect(explainConfig('retention.events', loaded)).toEqual([
      {
        key: 'retention.events',
        value: '14d',
        origin: 'default',
        type: 'duration',
        default: '14d',
        description: 'How long events are stored.',
        variables: ['VEDETTE_RETENTION_EVENTS'],
      },
    ])
    expect(explainConfig('retention', loaded).length).toBe(7)
    expect(explainConfig('ANOMALY_RETENTION_DAYS', loaded)).toEqual(
      explainConfig('network_agents.retention_days', loaded),
    )
    expect(explainConfig('DB_PASSWORD_FILE', loaded)[0]?.key).toBe('network_agents.database.password')
    for (const name of ['REDIS_HOST', 'SKIP_PATTERNS', 'JWT_SECRET_KEY', 'DB_CONNECT_ARGS']) {
      expect(() => explainConfig(name, loaded)).toThrow(`${name} has no effect.`)
    }
    expect(() => explainConfig('port', loaded)).toThrow('Unknown key "port".')
  })
})
