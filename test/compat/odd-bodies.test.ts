import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort, root, type Server, scratch, startServer } from '../e2e/program.ts'
import { keeps } from '../keeps.ts'

const systems = [
  'log-analyzer',
  'log-detection',
  'query-guard',
  'alert-ingestor',
  'context-collector',
  'ai-triage-agent',
  'similarity-search',
]
const folder = scratch()
const at = (name: string) => join(folder.path, name)
const ports = new Map<string, number>()
let server: Server

const event = {
  timestamp: '2026-01-08T02:00:00Z',
  user: 'root',
  source_ip: '10.0.0.1',
  event_type: 'file_access',
  action: 'success',
  message: 'Accessed /etc/shadow',
}
const alert = (alert_id: string) => ({
  alert_id,
  timestamp: '2026-01-05T10:00:00Z',
  alert_type: 'malware',
  severity: 'high',
  description: 'A ransom note, très étrange.',
})
const rawRequest = { query: '{ users { id } }', variables: {}, operationName: 'Users' }

/** The documented request of a client of each system. */
const posts: readonly (readonly [system: string, path: string, body: object])[] = [
  [
    'log-analyzer',
    '/ingest',
    [{ timestamp: event.timestamp, service: 'auth', level: 'ERROR', message: 'failed login' }],
  ],
  ['log-analyzer', '/score', { failed_logins: 2, error_rate: 0.667 }],
  ['log-detection', '/models/load', { model_dir: 'anomaly_outputs' }],
  ['log-detection', '/analyze', { logs: [event], return_all_events: false }],
  ['query-guard', '/anomalies', { response: { data: { users: [{ id: 1 }] } }, session: {}, rawRequest }],
  ['query-guard', '/analyze/d41d8cd98f00b204e9800998ecf8427e', { id: 1 }],
  ['alert-ingestor', '/api/v1/alerts', alert('odd-1')],
  ['alert-ingestor', '/api/v1/alerts/batch', { alerts: [alert('odd-2')] }],
  ['context-collector', '/api/v1/enrich', alert('odd-3')],
  ['ai-triage-agent', '/api/v1/triage', { alert: alert('odd-4') }],
  ['similarity-search', '/api/v1/search', { query_text: 'ransom note' }],
]

beforeAll(async () => {
  mkdirSync(at('logs'))
  writeFileSync(at('logs/normal.json'), JSON.stringify([{ ...event, user: 'ana', message: 'Read a page' }]))
  expect(vedette('train', '--data_path', 'logs', '--output_dir', 'anomaly_outputs').status).toBe(0)
  for (const system of systems) ports.set(system, await freePort())
  server = await startServer({
    dataDir: at('data'),
    port: await freePort(),
    cwd: folder.path,
    env: {
      MODEL_DIR: at('anomaly_outputs'),
      VEDETTE_COMPAT_PORTS: [...ports].map(([system, port]) => `${system}:${port}`).join(),
    },
  })
})
afterAll(async () => {
  await server.stop()
  folder.remove()
})

const vedette = (...args: string[]) =>
  spawnSync(join(root, 'bin/vedette.cjs'), args, {
    cwd: folder.path,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` },
  })

const mark = Buffer.from([0xef, 0xbb, 0xbf])
const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])

/** Writes a request part by part and reads what comes back until there is as much as it says; with `toTheEnd`, until the connection ends. */
const exchange = (system: string, request: readonly (string | Buffer)[], toTheEnd = false) =>
  new Promise<{ readonly head: string; readonly body: string; readonly ended: boolean }>((done, fail) => {
    const socket = connect(ports.get(system) ?? 0, '127.0.0.1')
    let [got, ended] = ['', false]
    socket.setTimeout(10_000, () => fail(new Error(`no answer: ${got}`)))
    socket.on('error', fail)
    const answer = () => {
      const [head = '', body = ''] = got.split('\r\n\r\n')
      return { head, body }
    }
    socket.on('end', () => {
      ended = true
      if (toTheEnd) done({ ...answer(), ended })
    })
    socket.on('data', (chunk) => {
      got += chunk.toString('utf8')
      const { head, body } = answer()
      const length = /content-length: (\d+)/i.exec(head)?.[1]
      if (toTheEnd || length === undefined || Buffer.byteLength(body) < Number(length)) return
      setTimeout(() => {
        socket.destroy()
        done({ head, body, ended })
      }, 100)
    })
    for (const part of request) socket.write(part)
  })
const headOf = (path: string, length: number, lines: readonly string[], version = '1.1') =>
  [
    `POST ${path} HTTP/${version}`,
    'Host: localhost',
    'X-Hasura-Role: user',
    ...lines,
    `Content-Length: ${length}`,
    '',
    '',
  ].join('\r\n')
const json = 'Content-Type: application/json'

it(keeps('any.odd-bodies'), async () => {
  for (const [system, path, body] of posts) {
    const text = JSON.stringify(body)
    const bodies: readonly (readonly [string, Buffer, readonly string[]])[] = [
      ['as documented', Buffer.from(text), [json]],
      ['a charset', Buffer.from(text), [`${json}; charset=utf-8`]],
      ['a byte order mark', Buffer.concat([mark, Buffer.from(text)]), [json]],
      ['UTF-16', utf16(text), [json]],
      ['a line’s end', Buffer.from(`${text}\r\n`), [json]],
      ['no content type', Buffer.from(text), []],
    ]
    for (const [name, bytes, lines] of bodies) {
      const { head, body: answer } = await exchange(system, [headOf(path, bytes.length, lines), bytes])
      expect(head.split('\r\n')[0], `${system} ${path}, ${name}: ${answer}`).toBe('HTTP/1.1 200 OK')
      expect(answer).not.toContain('"success":false')
    }
  }
})

it(keeps('any.old-http'), async () => {
  for (const [system, path, body] of posts) {
    const bytes = Buffer.from(JSON.stringify(body))
    const kept = await exchange(system, [headOf(path, bytes.length, [json, 'Connection: keep-alive'], '1.0'), bytes])
    expect([kept.head.split('\r\n')[0], kept.ended], `${system} ${path}`).toEqual(['HTTP/1.1 200 OK', false])
    expect(kept.head).toMatch(/connection: keep-alive/i)
    const closed = await exchange(system, [headOf(path, bytes.length, [json], '1.0'), bytes], true)
    expect([closed.head.split('\r\n')[0], closed.ended], `${system} ${path}`).toEqual(['HTTP/1.1 200 OK', true])
    expect(closed.head).not.toMatch(/transfer-encoding/i)
    const asked = await new Promise<string>((done, fail) => {
      const socket = connect(ports.get(system) ?? 0, '127.0.0.1')
      socket.once('data', (chunk) => {
        socket.destroy()
        done(chunk.toString())
      })
      socket.on('error', fail)
      socket.write(headOf(path, bytes.length, [json, 'Expect: 100-continue']))
    })
    expect(asked.split('\r\n')[0], `${system} ${path}`).toBe('HTTP/1.1 100 Continue')
  }
})

it(keeps('any.no-body'), async () => {
  for (const [system, path] of posts.filter(([, each]) => each !== '/models/load')) {
    for (const text of ['', '{}', 'null', '{"alert":null}']) {
      const answer = await fetch(`http://127.0.0.1:${ports.get(system)}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-hasura-role': 'user' },
        body: text,
      })
      const told = JSON.stringify(await answer.json())
      expect(answer.status, `${system} ${path} ${text}: ${told}`).toBeLessThan(500)
    }
  }
})

it(keeps('log-detection.marked-files'), async () => {
  const csv = `timestamp,user,source_ip,event_type,action,message\r\n${Object.values(event).join()}\r\n`
  const files = [
    ['marked.json', Buffer.concat([mark, Buffer.from(JSON.stringify([event]))])],
    ['marked.csv', Buffer.concat([mark, Buffer.from(csv)])],
    ['wide.csv', utf16(csv)],
    ['wide.json', utf16(JSON.stringify([event]))],
  ] as const
  mkdirSync(at('marked'))
  for (const [name, bytes] of files) {
    writeFileSync(at(`marked/${name}`), bytes)
    const form = new FormData()
    form.set('file', new File([new Uint8Array(bytes)], name))
    const answer = await fetch(`http://127.0.0.1:${ports.get('log-detection')}/analyze/file`, {
      method: 'POST',
      body: form,
    })
    expect(await answer.json(), name).toMatchObject({ total_events: 1, anomalies_detected: 1 })
  }
  const { status, stderr } = vedette('batch', '--once', '--log-dir', 'marked', '--output-dir', 'out')
  expect([status, stderr]).toEqual([0, ''])
  const [summary = ''] = readdirSync(at('out')).filter((name) => name.startsWith('batch_summary_'))
  expect(JSON.parse(readFileSync(at(`out/${summary}`), 'utf8'))).toMatchObject({ processed: files.length, errors: 0 })
})

it(keeps('any.strange-names'), async () => {
  for (const [system, path, body] of posts) {
    const sent = Array.isArray(body) ? body : { ...body, strange: 1 }
    const answer = await fetch(`http://127.0.0.1:${ports.get(system)}${path}?_=1736078400`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hasura-role': 'user' },
      body: JSON.stringify(sent),
    })
    const text = await answer.text()
    expect(answer.status, `${path} ${text}`).toBe(200)
    expect(text, path).not.toContain('"success":false')
  }
})
