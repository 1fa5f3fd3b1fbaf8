import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { strToU8, zipSync } from 'fflate'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { mixedLines } from '../../bench/mixed-lines.ts'
import { keeps } from '../keeps.ts'
import { until } from '../until.ts'
import { adminToken, freePort, root, type Server, scratch, startServer } from './program.ts'

const work = scratch()
const at = (...names: readonly string[]) => join(work.path, ...names)
const archive = at('vedette.tar.zst')
/** The folder of an installation: its working folder, its own rules and its data. */
const home = (name: string) => ({
  cwd: at(name),
  dataDir: at(name, 'data'),
  env: {
    VEDETTE_DATA_DIR: at(name, 'data'),
    VEDETTE_RULES_PATHS: at(name, 'our-rules'),
    VEDETTE_QUERY_GUARD_MIN_TRAINING_RECORDS: '20',
    VEDETTE_ADMIN_TOKEN: adminToken,
  },
})
const first = home('first')
const second = home('second')
let server: Server

const rule = (word: string, number: number): string => `title: The word ${word}
id: 66666666-0000-4000-8000-00000000000${number}
status: test
level: high
logsource: { product: linux, service: sshd }
detection:
  selection:
    message|contains: ${word}
  condition: selection
`
const words = ['xyzzy', 'plugh', 'frotz']
const json = { 'content-type': 'application/json' }

const asked = async <T>(on: Server, shape: z.ZodType<T>, path: string, init?: RequestInit): Promise<T> => {
  const answer = await on.ask(path, init)
  const text = await answer.text()
  expect(answer.ok, `${path}: ${answer.status} ${text}`).toBe(true)
  return shape.parse(text === '' ? undefined : JSON.parse(text))
}
const post = (on: Server, path: string, body: object) =>
  asked(on, z.unknown(), path, { method: 'POST', headers: json, body: JSON.stringify(body) })
const send = (on: Server, lines: readonly string[]) =>
  asked(on, z.unknown(), '/api/v1/events', {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: lines.join('\n'),
  })
const orders = (count: number) => Array.from({ length: count }, (_, id) => ({ id, amount: 100 + (id % 7), tax: 19 }))

const environmentOf = ({ env }: ReturnType<typeof home>) => ({
  ...process.env,
  PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
  ...env,
})
const program = join(root, 'bin/vedette.cjs')
const vedette = (place: ReturnType<typeof home>, ...words: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(program, words, {
    cwd: place.cwd,
    env: environmentOf(place),
    encoding: 'utf8',
    timeout: 240_000,
  })
  return { status, stdout, stderr }
}
/** Runs a command in the background. */
const running = (place: ReturnType<typeof home>, ...words: readonly string[]) => {
  const child = spawn(program, words, { cwd: place.cwd, env: environmentOf(place), stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (printed += chunk))
  return new Promise<{ code: number | null; printed: string }>((done) =>
    child.once('exit', (code) => done({ code, printed })),
  )
}

const page = z.object({ data: z.array(z.unknown()), next_cursor: z.string().nullable().optional() })
/** Every rule as the API lists it. */
const rulesOf = async (on: Server): Promise<readonly unknown[]> => {
  const all: unknown[] = []
  for (let cursor = ''; ; ) {
    const { data, next_cursor } = await asked(on, page, `/api/v1/rules?limit=500${cursor && `&cursor=${cursor}`}`)
    all.push(...data)
    if (!next_cursor) return all
    cursor = next_cursor
  }
}

beforeAll(async () => {
  for (const { cwd } of [first, second]) mkdirSync(cwd)
  mkdirSync(join(first.cwd, 'our-rules'))
  writeFileSync(join(first.cwd, 'our-rules/word.yml'), rule('xyzzy', 1))
  mkdirSync(join(first.cwd, 'logs'))
  const events = Array.from({ length: 40 }, (_, i) => ({
    timestamp: new Date(Date.UTC(2026, 0, 1, i)).toISOString(),
    user: 'ana',
    event_type: 'login',
    source_ip: '10.0.0.4',
    message: 'login ok',
  }))
  writeFileSync(join(first.cwd, 'logs/events.json'), JSON.stringify(events))
  expect(vedette(first, 'train', '--data_path', './logs/')).toMatchObject({ status: 0 })
  server = await startServer({ ...first, port: await freePort() })

  const yaml = { method: 'POST', headers: { 'content-type': 'application/yaml' }, body: rule('plugh', 2) }
  await asked(server, z.unknown(), '/api/v1/rules', yaml)
  await asked(server, z.unknown(), '/api/v1/rules/import?name=others', {
    method: 'POST',
    headers: { 'content-type': 'application/zip' },
    body: Buffer.from(zipSync({ 'rules/frotz.yml': strToU8(rule('frotz', 3)) })),
  })
  const bundled = z.object({ data: z.array(z.object({ id: z.string() })) })
  const [off, tuned] = (await asked(server, bundled, '/api/v1/rules?pack=bundled&limit=2')).data
  const said = (body: object) => ({ method: 'PATCH', headers: json, body: JSON.stringify(body) })
  await asked(server, z.unknown(), `/api/v1/rules/${off?.id}`, said({ enabled: false, note: 'Too noisy here.' }))
  await asked(server, z.unknown(), `/api/v1/rules/${tuned?.id}`, said({ level: 'low' }))
  await post(server, '/api/v1/suppressions', { scope: 'entity.host:web-09', reason: 'A test host.' })
  await post(server, '/api/v1/query-results', { query: 'select * from orders', records: orders(200) })
  await send(server, mixedLines(3_000))
  await server.settled()
  // A stopping server saves the state of its detectors.
  await server.stop()
  server = await startServer({ ...first, port: await freePort() })
})
afterAll(async () => {
  await server?.stop()
  work.remove()
})

const matches = z.object({
  data: z.array(
    z.object({ detector: z.string(), severity: z.string(), rule: z.object({ id: z.string() }).optional() }),
  ),
})
/** The rules that match the same new lines, with severities. */
const found = async (on: Server): Promise<readonly string[]> => {
  const minute = new Date().toISOString()
  await send(
    on,
    words.map((word, i) => `${minute} web-3${i} sshd[1]: Refused ${word} for root`),
  )
  return until(async () => {
    const { data } = await asked(on, matches, '/api/v1/detections?limit=500')
    const ours = data.filter(({ rule }) => rule?.id.startsWith('66666666'))
    return ours.length >= words.length && ours.map((one) => `${one.rule?.id} ${one.severity}`).sort()
  }, 'matches of each word')
}
const audit = z.object({ ok: z.boolean(), rows: z.number(), checkpoint: z.object({ id: z.number() }).nullable() })
const titles = z.object({ data: z.array(z.object({ title: z.string(), pack: z.string() })) })
const reasons = z.object({ data: z.array(z.object({ reason: z.string() })) })
const manifestOf = (text: string) =>
  z
    .object({
      rules: z.record(z.string(), z.number()),
      database: z.object({ tables: z.record(z.string(), z.number()), events: z.number() }),
      members: z.array(z.object({ path: z.string() })),
      left_out: z.array(z.string()),
    })
    .parse(JSON.parse(text))

it(`moves everything to another folder: rules, settings, models, detector state and the audit log (${keeps('vedette.backup')})`, async () => {
  let loading = true
  const load = (async () => {
    for (let sent = 0; loading; sent += 1) {
      await send(
        server,
        Array.from({ length: 50 }, (_, i) => `${new Date().toISOString()} web-02 app[7]: request ${sent}-${i} served`),
      )
    }
  })()
  const made = await running(first, 'backup', '--json', archive)
  loading = false
  await load
  expect(made).toMatchObject({ code: 0 })
  const manifest = manifestOf(made.printed)
  expect(manifest.rules).toMatchObject({ own: 1, imported: 1, configured: 1 })
  expect(manifest.database.tables.models).toBeGreaterThan(3)
  expect(manifest.left_out.join()).toContain('admin_token')
  expect(manifest.members.map(({ path }) => path)).toEqual([
    'database.sqlite',
    'settings.yaml',
    'data/audit-checkpoint.json',
    'data/rules/others/rules/frotz.yml',
    'data/rules/own/66666666-0000-4000-8000-000000000002.yml',
    'paths/log_detection.model_dir/model.vedette',
    'paths/rules.paths/0/our-rules/word.yml',
  ])
  expect(statSync(archive).mode & 0o777).toBe(0o600)
  expect(readdirSync(work.path).sort()).toEqual(['first', 'second', 'vedette.tar.zst'])
  expect(vedette(first, 'backup', archive)).toMatchObject({ status: 4, stderr: expect.stringContaining('exists') })

  expect(vedette(second, 'restore', archive)).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringMatching(/ 1 own, 1 imported, 1 configured\).*\n.*The counts match the manifest/),
  })
  const other = await startServer({ ...second, port: await freePort() })
  try {
    await server.settled()
    await other.settled()
    expect(JSON.stringify(await rulesOf(other))).toBe(JSON.stringify(await rulesOf(server)))
    const suppressed = await asked(other, z.unknown(), '/api/v1/suppressions')
    expect(suppressed).toEqual(await asked(server, z.unknown(), '/api/v1/suppressions'))
    expect(await asked(other, z.unknown(), '/models/info')).toMatchObject({ loaded: true })
    const record = { id: 1, amount: -5_000, tax: 19 }
    const guarded = await other.ask('/api/v1/query-results', {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ query: 'select * from orders', records: [...orders(10), record] }),
    })
    expect(await guarded.json()).toMatchObject({ analyses: [{ mode: 'comparative', history_records: 200 }] })
    const verified = await asked(other, audit, '/api/v1/audit/verify')
    expect(verified).toMatchObject({ ok: true, checkpoint: { id: expect.any(Number) } })
    expect(verified.rows).toBeGreaterThanOrEqual(manifest.database.tables.audit_logs ?? 0)
    expect(other.output()).not.toMatch(/could not be read|learning anew/)
    expect(await found(other)).toEqual(await found(server))
  } finally {
    await other.stop()
  }
})

it('covers every file in the data folder of a server', () => {
  // Add a new file to `dataParts`, or here with the reason why a backup excludes it.
  const database = ['vedette.db', 'vedette.db-shm', 'vedette.db-wal', 'vedette.db.server.json']
  const known = ['audit-checkpoint.json', 'rules', ...database]
  expect(readdirSync(first.dataDir).filter((name) => !known.includes(name) && !/lock|pid/.test(name))).toEqual([])
})

it('verifies an archive, and explains what is wrong with a damaged one', () => {
  const empty = home('empty')
  mkdirSync(empty.cwd)
  expect(vedette(empty, 'restore', '--verify', archive)).toMatchObject({
    status: 0,
    stderr: '',
    stdout: expect.stringContaining('The backup can be restored.'),
  })
  expect(readdirSync(empty.cwd)).toEqual([])
  const bytes = readFileSync(archive)
  const damaged = at('damaged')
  const middle = bytes.length >> 1
  const changed = Buffer.from(bytes)
  changed[middle] = (changed[middle] ?? 0) ^ 1
  for (const given of [changed, bytes.subarray(0, middle), Buffer.from('not an archive'), Buffer.alloc(0)]) {
    writeFileSync(damaged, given)
    for (const flag of given === changed ? ['--verify', '--force'] : ['--verify']) {
      const { status, stderr } = vedette(empty, 'restore', flag, damaged)
      expect([status, stderr.split('\n')[0]]).toEqual([3, expect.stringContaining('damaged cannot be restored: ')])
    }
  }
  expect(existsSync(empty.dataDir)).toBe(false)
})

it('refuses to replace existing data, and moves it aside with --force', async () => {
  expect(vedette(first, 'restore', '--force', archive)).toMatchObject({
    status: 4,
    stderr: expect.stringContaining('A server uses'),
  })
  writeFileSync(join(second.cwd, 'our-rules/word.yml'), rule('other', 4))
  const refused = vedette(second, 'restore', archive)
  expect(refused).toMatchObject({ status: 4, stderr: expect.stringContaining('would replace') })
  for (const place of ['data/vedette.db', 'data/rules', 'our-rules'])
    expect(refused.stderr).toContain(join(second.cwd, place))
  expect(readFileSync(join(second.cwd, 'our-rules/word.yml'), 'utf8')).toContain('other')

  const { status, stdout, stderr } = vedette(second, 'restore', '--force', archive)
  expect([status, stderr]).toEqual([0, ''])
  const kept = [...stdout.matchAll(/The old data is in (.*)/g)].map(([, place = '']) => place)
  expect(kept.map((place) => existsSync(place))).toEqual([true, true])
  expect(readFileSync(join(second.cwd, 'our-rules/word.yml'), 'utf8')).toContain('xyzzy')
  const [rules = '', data = ''] = kept.sort((a, b) => Number(a.includes('data')) - Number(b.includes('data')))
  expect(readFileSync(join(rules, 'word.yml'), 'utf8')).toContain('other')
  // The old data is a valid data folder.
  expect(readdirSync(data).sort()).toEqual(['audit-checkpoint.json', 'rules', 'vedette.db'])
  rmSync(rules, { recursive: true })
  rmSync(data, { recursive: true })
})

it(`leaves no partial backup when killed (${keeps('vedette.backup')})`, async () => {
  const folder = at('killed')
  mkdirSync(folder)
  const file = join(folder, 'vedette.tar.zst')
  for (let kill = 0; kill < 6; kill++) {
    const child = spawn(program, ['backup', '--force', file], {
      cwd: first.cwd,
      env: environmentOf(first),
      stdio: 'ignore',
    })
    const ended = new Promise((done) => child.once('exit', done))
    // Later kills happen during the work: its folder exists.
    if (kill > 1) await until(() => readdirSync(folder).some((name) => name.startsWith('.')) || child.exitCode !== null)
    await new Promise((done) => setTimeout(done, kill * 40))
    child.kill('SIGKILL')
    await ended
    if (existsSync(file)) expect(vedette(first, 'restore', '--verify', file)).toMatchObject({ status: 0 })
  }
  expect(vedette(first, 'backup', '--force', file)).toMatchObject({ status: 0 })
  expect(readdirSync(folder)).toEqual(['vedette.tar.zst'])
})

it(`leaves no partial restore when killed (${keeps('vedette.backup')})`, async () => {
  // The old data has a rule and a suppression that the archive lacks.
  const mark = async () => {
    const running = await startServer({ ...second, port: await freePort() })
    const body = rule('marked', 9)
    await asked(running, z.unknown(), '/api/v1/rules', {
      method: 'POST',
      headers: { 'content-type': 'application/yaml' },
      body,
    })
    await post(running, '/api/v1/suppressions', { scope: 'entity.host:web-08', reason: 'marked' })
    await running.stop()
  }
  const marked = async () => {
    const running = await startServer({ ...second, port: await freePort() })
    const rules = (await asked(running, titles, '/api/v1/rules?pack=own')).data.map(({ title }) => title)
    const said = (await asked(running, reasons, '/api/v1/suppressions')).data.map(({ reason }) => reason)
    const { ok } = await asked(running, audit, '/api/v1/audit/verify')
    await running.stop()
    expect(ok).toBe(true)
    return { rule: rules.includes('The word marked'), suppression: said.includes('marked') }
  }
  await mark()
  const outcomes: boolean[] = []
  for (let kill = 0; kill < 4; kill++) {
    const child = spawn(program, ['restore', '--force', archive], {
      cwd: second.cwd,
      env: environmentOf(second),
      stdio: 'ignore',
    })
    const ended = new Promise((done) => child.once('exit', done))
    const stage = join(second.dataDir, '.restore')
    await until(() => existsSync(kill < 2 ? stage : join(stage, 'journal.json')) || child.exitCode !== null)
    if (kill < 2) await new Promise((done) => setTimeout(done, kill * 500))
    child.kill('SIGKILL')
    await ended
    const is = await marked()
    expect(is.suppression, `kill ${kill}`).toBe(is.rule)
    outcomes.push(is.rule)
    expect(existsSync(stage)).toBe(false)
    if (!is.rule) await mark()
  }
  expect(outcomes).toContain(true)
})

it('restores backups of the first versions', async () => {
  const third = home('third')
  mkdirSync(third.cwd)
  const database = new Database(join(first.dataDir, 'vedette.db'), { readonly: true })
  database.prepare('vacuum into ?').run(at('old.db'))
  database.close()
  expect(vedette(third, 'restore', '--verify', at('old.db'))).toMatchObject({ status: 0 })
  expect(vedette(third, 'restore', at('old.db'))).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('without rules and models'),
  })
  expect(vedette(third, 'doctor').stdout).toMatch(/database +intact/)
})
