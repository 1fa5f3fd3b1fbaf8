import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
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

it('reloads rules and secrets on SIGHUP, names what needs a restart, and goes on', async () => {
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

it('passes SIGHUP on where an older Node starts it', async () => {
  const path = (process.env.PATH ?? '').split(':').filter((part) => !part.includes('node_modules'))
  const running = await start({ PATH: path.join(':') })
  await hangUp(running)
  expect((await running.ask('/health/ready')).status).toBe(200)
  expect(await running.stop('SIGTERM')).toBe(0)
})

it('ends `watch` on SIGHUP as any command', async () => {
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
