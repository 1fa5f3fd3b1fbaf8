import { spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import { json } from 'node:stream/consumers'
import { connect } from 'node:tls'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { makeCertificate } from '../../src/pipeline/notify/certificate.fake.ts'
import { until } from '../until.ts'
import { freePort, root, type Server, scratch, startServer } from './program.ts'

let folder: ReturnType<typeof scratch>
let server: Server | undefined
beforeEach(() => {
  folder = scratch()
})
afterEach(async () => {
  await server?.stop('SIGKILL')
  server = undefined
  folder.remove()
})

const at = (name: string) => join(folder.path, name)
const configure = (retention: string) =>
  writeFileSync(
    at('vedette.yaml'),
    `rules: { paths: [my-rules] }\nhealth_token_file: token\nretention: { events: ${retention} }\n`,
  )
const rule = (title: string) => `title: ${title}
id: 88888888-0000-4000-8000-000000000077
status: test
level: medium
logsource: { product: linux }
detection:
  selection:
    message|contains: root
  condition: selection
`

const start = async (env: NodeJS.ProcessEnv = {}): Promise<Server> => {
  mkdirSync(at('my-rules'))
  writeFileSync(at('token'), 'the-first-token-of-24-letters')
  configure('10d')
  server = await startServer({ dataDir: at('data'), port: await freePort(), cwd: folder.path, env })
  return server
}

const reloads = ({ output }: Server): number => output().split('"Reloaded rules').length - 1

const hangUp = async (running: Server): Promise<void> => {
  const before = reloads(running)
  running.child.kill('SIGHUP')
  await until(
    () => reloads(running) > before,
    () => `the reload\n${running.output()}`,
  )
}

it('reloads rules and secrets on SIGHUP, lists settings that need a restart, and keeps running', async () => {
  const running = await start()
  const metricsWith = async (token: string) =>
    (await running.ask('/metrics', { headers: { authorization: `Bearer ${token}` } })).status
  expect(await metricsWith('the-first-token-of-24-letters')).toBe(200)

  writeFileSync(at('token'), 'the-other-token-of-24-letters')
  writeFileSync(at('my-rules/root.yml'), rule('A rule that was added'))
  configure('11d')
  await hangUp(running)
  expect(await metricsWith('the-other-token-of-24-letters')).toBe(200)
  expect(await metricsWith('the-first-token-of-24-letters')).toBe(401)
  const rules = await (await running.ask('/api/v1/rules/88888888-0000-4000-8000-000000000077')).text()
  expect(rules).toContain('A rule that was added')
  expect(running.output()).toMatch(
    /"settings":\["retention\.events"\],"msg":"These settings changed and need a restart/,
  )
  expect(running.output()).not.toContain('the-other-token')

  writeFileSync(at('vedette.yaml'), 'server: { prot: 1 }\n')
  await hangUp(running)
  expect(running.output()).toContain('"part":"configuration"')
  expect(await metricsWith('the-other-token-of-24-letters')).toBe(200)
  expect(await running.stop('SIGTERM')).toBe(0)
})

const message = z.object({ data: z.object({ reason: z.string() }) })
const incidents = z.object({ data: z.array(z.object({ display_id: z.string() })) })

/** A receiver that records the path of each message. */
const openReceiver = async () => {
  const port = await freePort()
  const got: { path: string | undefined; reason: string }[] = []
  const listener = createServer(async (request, response) => {
    const { data } = message.parse(await json(request))
    got.push({ path: request.url, reason: data.reason })
    response.writeHead(204).end()
  })
  await new Promise<void>((done) => listener.listen(port, '127.0.0.1', done))
  return { got, url: `http://127.0.0.1:${port}`, close: () => listener.close() }
}

it('sends to the new address of a receiver after SIGHUP', async () => {
  const { got, url, close } = await openReceiver()
  const notify = (path: 'first' | 'second', name = 'oncall') =>
    writeFileSync(at('vedette.yaml'), `notify:\n  - { name: ${name}, type: webhook, url: '${url}/${path}' }\n`)
  try {
    notify('first')
    const running = await startServer({ dataDir: at('data'), port: await freePort(), cwd: folder.path })
    server = running
    const lines = Array.from({ length: 60 }, (_, i) => {
      const time = new Date(Date.now() - (60 - i) * 500).toISOString()
      return `${time} web-01 sshd[${4000 + i}]: Failed password for root from 203.0.113.9 port ${40_000 + i} ssh2`
    })
    const headers = { 'content-type': 'text/plain' }
    await running.ask('/api/v1/events', { method: 'POST', headers, body: lines.join('\n') })
    await until(() => got.some(({ path }) => path === '/first'), 'a message to the first address')
    await running.settled()

    notify('second')
    await hangUp(running)
    expect(running.output()).not.toContain('need a restart')
    const { data } = incidents.parse(await (await running.ask('/api/v1/incidents')).json())
    const closed = await running.ask(`/api/v1/incidents/${data[0]?.display_id}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ action: 'close', resolution: 'true_positive', note: 'blocked the address' }),
    })
    expect(closed.status).toBe(200)
    await until(
      () => got.some(({ path, reason }) => path === '/second' && reason === 'resolved'),
      'the message of the end',
    )
    expect(got.some(({ path, reason }) => path === '/first' && reason === 'resolved')).toBe(false)

    notify('second', 'somebody-else')
    await hangUp(running)
    expect(running.output()).toMatch(/"settings":\["notify"\],"msg":"These settings changed and need a restart/)
  } finally {
    close()
  }
})

it('serves another certificate after SIGHUP, and keeps the old one if the new one does not match its key', async () => {
  const [first, second] = [makeCertificate(), makeCertificate()]
  const put = ({ cert, key }: typeof first) => {
    writeFileSync(at('cert.pem'), cert)
    writeFileSync(at('key.pem'), key)
  }
  put(first)
  writeFileSync(at('vedette.yaml'), 'server: { tls: { cert_file: cert.pem, key_file: key.pem } }\n')
  const port = await freePort()
  const isReady = (output: string) => output.includes(`https://127.0.0.1:${port}`)
  server = await startServer({ dataDir: at('data'), port, cwd: folder.path, isReady })
  const served = () => fingerprintAt(port)
  expect(await served()).toBe(fingerprintOf(first.cert))

  put(second)
  await hangUp(server)
  expect(await served()).toBe(fingerprintOf(second.cert))

  put({ cert: first.cert, key: second.key })
  await hangUp(server)
  expect(server.output()).toContain('"part":"tokens and certificate"')
  expect(await served()).toBe(fingerprintOf(second.cert))
  expect(await server.stop('SIGTERM')).toBe(0)
})

const fingerprintOf = (pem: string): string => new X509Certificate(pem).fingerprint256

/** Reads the certificate of a port. */
const fingerprintAt = (port: number): Promise<string> =>
  new Promise((done, failed) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
      done(socket.getPeerCertificate().fingerprint256)
      socket.destroy()
    })
    socket.once('error', failed)
  })

it('forwards SIGHUP if an older Node starts it', async () => {
  const path = (process.env.PATH ?? '').split(':').filter((part) => !part.includes('node_modules'))
  const running = await start({ PATH: path.join(':') })
  await hangUp(running)
  expect((await running.ask('/health/ready')).status).toBe(200)
  expect(await running.stop('SIGTERM')).toBe(0)
})

it('ends `watch` on SIGHUP', async () => {
  const port = await freePort()
  const child = spawn(join(root, 'vedette'), ['watch', '.'], {
    cwd: folder.path,
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      PORT: String(port),
      VEDETTE_DATA_DIR: at('data'),
    },
    stdio: 'ignore',
  })
  const ended = new Promise((done) => child.once('exit', (_code, signal) => done(signal)))
  await until(
    () =>
      fetch(`http://127.0.0.1:${port}/health/live`).then(
        ({ ok }) => ok,
        () => false,
      ),
    'the server of `watch`',
  )
  child.kill('SIGHUP')
  expect(await ended).toBe('SIGHUP')
})
