import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { until } from '../until.ts'
import { freePort, root, scratch, sleep } from './program.ts'

const folder = scratch()
const clone = join(folder.path, 'clone')
afterAll(() => folder.remove())

/** The environment of somebody who has just logged in: no Node of ours in PATH, no settings of the test run. */
const plain = (): NodeJS.ProcessEnv => {
  const systemPath = (process.env.PATH ?? '')
    .split(':')
    .filter((part) => !part.includes('node_modules'))
    .join(':')
  return { PATH: systemPath, HOME: process.env.HOME, npm_config_cache: process.env.npm_config_cache }
}

/** The first start installs all that the program needs. */
const installMs = 600_000

const anyOf = (group: number): boolean => {
  try {
    return process.kill(-group, 0)
  } catch {
    return false
  }
}

const npmStart = async (port: number) => {
  const started = performance.now()
  let printed = ''
  const child: ChildProcess = spawn('npm', ['start'], {
    cwd: clone,
    env: { ...plain(), PORT: String(port) },
    detached: true,
  })
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (printed += chunk))
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.status === 200) break
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}:\n${printed}`)
    if (performance.now() - started > installMs)
      throw new Error(`not ready after ${installMs / 60_000} minutes:\n${printed}`)
    await sleep(50)
  }
  const seconds = (performance.now() - started) / 1000
  await until(() => printed.includes('vedette ingest'), 'what newcomers are told')
  return {
    seconds,
    printed: () => printed,
    /** Ends npm and what it started. npm goes at once, so its exit does not tell that the server has saved what it knows. */
    async stop() {
      const { pid } = child
      if (!pid) return
      process.kill(-pid, 'SIGTERM')
      await until(() => !anyOf(pid), 'the end of the program')
    },
  }
}

it('starts from a fresh clone with `npm start` and nothing else', { timeout: 2 * installMs }, async () => {
  expect(spawnSync('git', ['clone', '--quiet', root, clone]).status).toBe(0)
  const port = await freePort()

  const first = await npmStart(port)
  const banner = first.printed()
  expect(banner).toContain(`http://127.0.0.1:${port}`)
  expect(banner).toMatch(/#k=[\w-]{20,}/)
  const token = /vdt_\S+/.exec(banner)?.[0] ?? ''
  expect(token).not.toBe('')
  expect(banner).toContain('vedette ingest')

  const page = await (await fetch(`http://127.0.0.1:${port}/`)).text()
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? ''
  expect((await fetch(`http://127.0.0.1:${port}${script}`)).status).toBe(200)

  const withToken = { authorization: `Bearer ${token}` }
  const asked = await fetch(`http://127.0.0.1:${port}/api/v1/incidents`, { headers: withToken })
  expect(asked.status).toBe(200)
  expect((await fetch(`http://127.0.0.1:${port}/api/v1/incidents`)).status).toBe(401)

  const data = join(clone, 'data')
  expect(statSync(data).mode & 0o777).toBe(0o700)
  await first.stop()

  const second = await npmStart(port)
  console.log(
    `first start ${first.seconds.toFixed(1)} s (installation included), second start ${second.seconds.toFixed(1)} s`,
  )
  expect(second.printed()).not.toContain(token)
  const again = await fetch(`http://127.0.0.1:${port}/api/v1/incidents`, { headers: withToken })
  expect(again.status).toBe(200)
  await second.stop()
  expect(existsSync(join(data, 'vedette.db'))).toBe(true)
  const leaked = spawnSync('grep', ['-rl', token, data], { encoding: 'utf8' })
  expect(leaked.stdout).toBe('')
})
