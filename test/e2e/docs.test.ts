import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { strToU8, zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { mixedLines } from '../../bench/mixed-lines.ts'
import { obey } from '../../src/pipeline/triage/llm/obedient.fake.ts'
import { type RunningVendor, startVendor, vendors } from '../../src/pipeline/triage/llm/vendors.fake.ts'
import { openStore } from '../../src/store/open-store.ts'
import { keeps } from '../keeps.ts'
import { until } from '../until.ts'
import { adminToken, freePort, root, type Server, scratch, startServer } from './program.ts'

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs')).map((name) => join('docs', name)),
].filter((page) => page.endsWith('.md'))
const scripts = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))).scripts

/** Every command of a page, without its comment. Commands of other programs are in `sh` blocks. */
const commandsOf = (page: string): string[] =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/```bash\n([\s\S]*?)```/g)]
    .flatMap(([, block = '']) => block.split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'))

const commands = [...new Set(pages.flatMap(commandsOf))]
const data = scratch()
let server: Server
let ruleId = ''
let alertId = ''
let model: RunningVendor
const receiver = createServer((request, response) => request.resume().on('end', () => response.writeHead(204).end()))
const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const rule = `title: Login of root
id: 88888888-0000-4000-8000-000000000001
status: test
level: medium
logsource: { product: linux, service: sshd }
detection:
  selection:
    message|contains: root
  condition: selection
`

beforeAll(async () => {
  const [vendor] = vendors
  if (!vendor) throw new Error('There is no vendor of models.')
  model = await startVendor(vendor, () => obey('malware', 'a file that is known to be malware', 's1'))
  const receiverPort = await freePort()
  await once(receiver.listen(receiverPort, '127.0.0.1'), 'listening')
  server = await startServer({
    dataDir: join(data.path, 'data'),
    port: await freePort(),
    env: {
      VEDETTE_TRIAGE_LLM_PROVIDERS: JSON.stringify([{ ...model.settings, name: 'model' }]),
      VEDETTE_NOTIFY: JSON.stringify([{ name: 'oncall', type: 'webhook', url: `http://127.0.0.1:${receiverPort}/` }]),
    },
  })
  mkdirSync(join(data.path, 'compact'))
  await (await openStore(`sqlite:${join(data.path, 'compact/vedette.db')}`, { now: Date.now, log: quiet })).close()
  mkdirSync(join(data.path, 'log'))
  writeFileSync(join(data.path, 'log/auth.log'), `${mixedLines(500).join('\n')}\n`)
  writeFileSync(join(data.path, 'log/journal.json'), '{"MESSAGE":"hello","_HOSTNAME":"laptop","PRIORITY":"6"}\n')
  writeFileSync(join(data.path, 'log/samples.jsonl'), '{"id":"1","kind":"log","input":"hello"}\n')
  writeFileSync(
    join(data.path, 'alert.json'),
    '{"alert_id":"A-1","timestamp":"2026-01-15T10:00:00Z","alert_type":"malware","severity":"high","description":"Found"}',
  )
  writeFileSync(join(data.path, 'assets.csv'), 'hostname,owner,criticality\nweb-01,payments,critical\n')
  writeFileSync(join(data.path, 'indicators.txt'), '203.0.113.9\n')
  writeFileSync(join(data.path, 'people.csv'), 'username,title\ndana,Domain Admin\n')
  mkdirSync(join(data.path, 'my-rules'))
  writeFileSync(join(data.path, 'my-rules/root.yml'), rule)
  writeFileSync(join(data.path, 'sigma_core.zip'), zipSync({ 'rules/root.yml': strToU8(rule) }))
  for (const [folder, id] of [
    ['ruleset', 5700],
    ['etc', 100_100],
  ] as const) {
    mkdirSync(join(data.path, 'ossec', folder, 'rules'), { recursive: true })
    writeFileSync(
      join(data.path, 'ossec', folder, 'rules', `${folder}.xml`),
      `<group name="sshd,"><rule id="${id}" level="5"><match>sshd</match><description>A line</description></rule></group>`,
    )
  }
  const first = z.object({ data: z.array(z.object({ id: z.string() })) })
  ruleId = first.parse(await (await server.ask('/api/v1/rules?limit=1')).json()).data[0]?.id ?? ''
  // Some commands need closed alerts.
  const closed = await judgedAlert('A-1')
  await send('/api/v1/alerts/bulk', { ids: [closed], action: 'close', resolution: 'true_positive' })
  alertId = await judgedAlert('A-2')
})

const send = async (path: string, body: object): Promise<void> => {
  const headers = { 'content-type': 'application/json' }
  const answer = await server.ask(path, { method: 'POST', headers, body: JSON.stringify(body) })
  expect(answer.status, path).toBe(200)
}

/** Creates a triaged alert and returns its id. */
const judgedAlert = async (name: string): Promise<string> => {
  const body = JSON.parse(readFileSync(join(data.path, 'alert.json'), 'utf8'))
  await send('/api/v1/alerts', { ...body, alert_id: name, description: `${name} found` })
  const judged = z.object({ id: z.string(), triage: z.object({ risk_score: z.number() }) })
  return until(async () => judged.safeParse(await (await server.ask(`/api/v1/alerts/${name}`)).json()).data?.id, name)
}
afterAll(async () => {
  await server.stop()
  await model.wire.close()
  receiver.close()
  data.remove()
})

const env = () => ({
  ...process.env,
  PATH: `${dirname(process.execPath)}:${join(root, 'node_modules/.bin')}:${process.env.PATH}`,
  VEDETTE_URL: server.url,
  VEDETTE_TOKEN: adminToken,
  VEDETTE_DATA_DIR: join(data.path, 'data'),
})

/** Replaces the placeholders of the documents with our files and times. */
const localised = (command: string): string =>
  command
    .replaceAll('./vedette ', `${join(root, 'vedette')} `)
    .replace(/^journalctl [^|]*/, `cat ${data.path}/log/journal.json `)
    .replaceAll('/var/log/auth.log', `${data.path}/log/auth.log`)
    .replaceAll('/var/log', `${data.path}/log`)
    .replaceAll('/var/backups', data.path)
    .replaceAll('app.log.gz', `${data.path}/log/auth.log`)
    .replaceAll('/var/ossec', `${data.path}/ossec`)
    .replaceAll('RULE_ID', ruleId)
    .replaceAll('ALERT', alertId)
    .replaceAll('INC-6', 'INC-1')
    .replaceAll('prompts/triage.md', join(root, 'prompts/triage.md'))
    .replaceAll('samples.jsonl', `${data.path}/log/samples.jsonl`)

/** Commands that run until stopped. */
const runsUntilReady = async (command: string) => {
  const port = await freePort()
  const child = spawn('bash', ['-c', `exec ${localised(command)}`], {
    env: { ...env(), PORT: String(port), VEDETTE_DATA_DIR: join(data.path, `data-${port}`) },
    stdio: 'ignore',
  })
  const ended = new Promise((done) => child.once('exit', done))
  try {
    await until(
      () =>
        fetch(`http://127.0.0.1:${port}/health/ready`).then(
          ({ status }) => status === 200,
          () => false,
        ),
      command,
    )
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}

describe(`every command in the documents (${keeps('vedette.documented-commands')})`, () => {
  it.each(commands)('%s', async (command) => {
    const script = /^(?:\w+=\S+ )*npm (?:run )?([\w:]+)/.exec(command)?.[1]
    // Other tests run these from a fresh clone.
    if (script !== undefined) return expect(Object.keys(scripts)).toContain(script)
    if (/^export /.test(command)) return
    if (/vedette (serve|watch)/.test(command)) return runsUntilReady(command)
    // These need a data folder without a server.
    const offline = /vedette (restore|compact)/.exec(command)?.[1]
    const own = offline === undefined ? {} : { VEDETTE_DATA_DIR: join(data.path, offline) }
    // The model and the receiver are in this process, so it must not wait for the command in a blocking way.
    const child = spawn('bash', ['-o', 'pipefail', '-c', localised(command)], {
      env: { ...env(), ...own },
      cwd: data.path,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const [stderr, [status]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    expect(status, stderr).toBe(0)
  })
})
