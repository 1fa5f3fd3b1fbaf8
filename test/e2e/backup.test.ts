import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { mixedLines } from '../../bench/mixed-lines.ts'
import { until } from '../until.ts'
import { freePort, root, type Server, scratch, startServer } from './program.ts'

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
/** Runs a command while the test goes on. */
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
})
afterAll(async () => {
  await server?.stop()
  work.remove()
})

it('brings everything to another folder: rules, settings, models, what was learnt, and the audit', async () => {
  let loading = true
  const load = (async () => {
    for (let sent = 0; loading; sent += 1) {
      await send(
        server,
        Array.from({ length: 50 }, (_, i) => `${new Date().toISOString()} web-02 app[7]: request ${sent}-${i} served`),
      )
    }
  })()
  const made = await running(first, 'backup', archive)
  loading = false
  await load
  expect(made).toMatchObject({ code: 0 })
  expect(statSync(archive).mode & 0o777).toBe(0o600)
  expect(readdirSync(work.path).sort()).toEqual(['first', 'second', 'vedette.tar.zst'])

  const restored = vedette(second, 'restore', archive)
  expect(restored).toMatchObject({ status: 0 })
  const other = await startServer({ ...second, port: await freePort() })
  try {
    expect(await rulesOf(other)).toEqual(await rulesOf(server))
    expect(JSON.stringify(await rulesOf(other))).toBe(JSON.stringify(await rulesOf(server)))
  } finally {
    await other.stop()
  }
})
