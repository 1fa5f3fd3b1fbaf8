import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keeps } from '../keeps.ts'
import { until } from '../until.ts'
import { bareMachine } from './bare-machine.ts'
import { freePort, root, scratch, sleep } from './program.ts'

const folder = scratch()
const clone = join(folder.path, 'clone')
const modules = join(clone, 'node_modules')
const env = bareMachine(join(folder.path, 'machine'))
afterAll(() => folder.remove())

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
    env: { ...env, PORT: String(port) },
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
  await until(() => printed.includes('vedette ingest'), 'the banner')
  return {
    seconds,
    printed: () => printed,
    /** Stops npm and its children. npm exits at once, so its exit does not mean that the server has saved its state. */
    async stop() {
      const { pid } = child
      if (!pid) return
      process.kill(-pid, 'SIGTERM')
      await until(() => !anyOf(pid), 'the end of the program')
    },
  }
}

const inClone = (command: string, args: readonly string[], own: NodeJS.ProcessEnv = {}) =>
  spawnSync(command, args, { cwd: clone, env: { ...env, ...own }, encoding: 'utf8' })

beforeAll(() => {
  expect(spawnSync('git', ['clone', '--quiet', root, clone]).status).toBe(0)
})

describe('explains why it cannot install, and what to do', () => {
  it('without npm', () => {
    const bin = join(folder.path, 'no-npm')
    mkdirSync(bin)
    symlinkSync(join(env.PATH ?? '', 'node'), join(bin, 'node'))
    const { status, stderr } = inClone('./vedette', ['--version'], { PATH: bin })
    expect(status).toBe(2)
    expect(stderr.trim().split('\n').at(-1)).toContain('npm is not installed. Install it')
  })

  it('without a network, with the output of npm in a file', () => {
    const registry = 'http://127.0.0.1:1/'
    const { status, stderr } = inClone('npm', ['start'], {
      npm_config_registry: registry,
      npm_config_cache: join(folder.path, 'empty-cache'),
      npm_config_fetch_retries: '0',
    })
    expect(status).toBe(1)
    expect(stderr).toContain(`failed: ${registry} cannot be reached (ECONNREFUSED). Check the network`)
    const log = /npm's output: (\S+)/.exec(stderr)?.[1] ?? ''
    expect(readFileSync(log, 'utf8')).toContain('ECONNREFUSED')
    rmSync(dirname(log), { recursive: true })
  })
})

it(`starts from a fresh clone with "npm start" and nothing else (${keeps('vedette.fresh-clone')})`, {
  timeout: 2 * installMs,
}, async () => {
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

it('analyses with the snapshot that the first start built, as without it', async () => {
  const log = join(folder.path, 'auth.log')
  const attempts = Array.from(
    { length: 40 },
    (_, i) =>
      `2026-01-10T02:00:${10 + i}Z web sshd[7]: Failed password for ana from 203.0.113.45 port ${4000 + i} ssh2`,
  )
  const accepted = '2026-01-10T02:01:00Z web sshd[7]: Accepted password for ana from 203.0.113.45 port 5000 ssh2'
  writeFileSync(log, [...attempts, accepted].join('\n'))
  const answer = (own: NodeJS.ProcessEnv) => {
    const { status, stdout, stderr } = inClone('./vedette', ['analyze', '--json', log], { TZ: 'Asia/Tokyo', ...own })
    return { status, stderr, result: JSON.parse(stdout.replaceAll(/^ {2}"duration_ms": .*/gm, '')) }
  }
  const quick = answer({})
  expect(quick.result.incidents).toHaveLength(1)
  // Flags of Node rule it out.
  expect(answer({ NODE_OPTIONS: '--no-warnings' })).toEqual(quick)

  const waiting = spawn(join(clone, 'vedette'), ['analyze', '-'], {
    cwd: clone,
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const commands = () => spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout
  await until(() => commands().includes(`--snapshot-blob ${join(clone, 'dist/snapshot.blob')}`), 'the snapshot')
  waiting.stdin.end()
  await once(waiting, 'exit')
})

it('starts after an upgrade that changed its dependencies', { timeout: installMs }, async () => {
  const lock = join(clone, 'package-lock.json')
  const before = readFileSync(lock, 'utf8')
  // The version before did not have this package.
  rmSync(join(modules, 'xz-decompress'), { recursive: true })
  writeFileSync(lock, `${before}\n`)
  const upgraded = await npmStart(await freePort())
  expect(upgraded.printed()).toContain('updating dependencies')
  expect(existsSync(join(modules, 'xz-decompress/package.json'))).toBe(true)
  expect(JSON.parse(readFileSync(lock, 'utf8'))).toEqual(JSON.parse(before))
  await upgraded.stop()
  writeFileSync(lock, before)
})

describe('installs by hand, without compiling,', () => {
  const install = (command: 'install' | 'ci') => {
    const { status, stderr } = inClone('npm', [command])
    expect(status, stderr).toBe(0)
    expect(existsSync(join(modules, 'better-sqlite3/package.json'))).toBe(true)
    expect(existsSync(join(modules, 'better-sqlite3/build'))).toBe(false)
    expect(spawnSync('git', ['status', '--porcelain'], { cwd: clone, encoding: 'utf8' }).stdout).toBe('')
    expect(inClone('./vedette', ['--version']).stdout).toMatch(/^\d/)
  }

  it('with `npm install`', { timeout: installMs }, () => {
    // Remove the record of the tree, and the only package that could be compiled: `npm ci` below installs the others.
    for (const missing of ['.package-lock.json', 'better-sqlite3']) rmSync(join(modules, missing), { recursive: true })
    install('install')
  })

  // `npm install` writes the lock file without the fields that prevent compilation, if it can.
  it('with `npm ci`', { timeout: installMs }, () => install('ci'))
})
