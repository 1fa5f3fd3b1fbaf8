import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')
export const shared = resolve(root, '../shared')
export const adminToken = 'vdt_test_0123456789abcdef0123456789abcdef'

/** Finds a port that is free right now. */
export const freePort = (): Promise<number> =>
  new Promise((done, fail) => {
    const probe = createServer()
    probe.once('error', fail)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (address && typeof address === 'object' ? done(address.port) : fail(new Error('no port'))))
    })
  })

/** Makes a folder that `remove` deletes. */
export const scratch = (): { path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), 'vedette-e2e-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export interface Server {
  readonly url: string
  readonly child: ChildProcess
  /** Everything it printed so far. */
  output(): string
  /** From the start of the process to the first 200 of /health/ready, in ms. */
  readonly readyAfter: number
  ask(path: string, init?: RequestInit): Promise<Response>
  /** Resident memory in MB. */
  rss(): number
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

interface ServerOptions {
  readonly dataDir: string
  readonly port: number
  readonly env?: NodeJS.ProcessEnv
  readonly args?: readonly string[]
  readonly cwd?: string
}

export const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

/** Starts the program as its users do, and waits until it is ready. */
export const startServer = async ({ dataDir, port, env, args = [], cwd }: ServerOptions): Promise<Server> => {
  const url = `http://127.0.0.1:${port}`
  const started = performance.now()
  let printed = ''
  const child = spawn(join(root, 'bin/vedette.cjs'), ['serve', ...args], {
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      PORT: String(port),
      VEDETTE_DATA_DIR: dataDir,
      VEDETTE_ADMIN_TOKEN: adminToken,
      VEDETTE_SAMPLES: 'off',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      printed = (printed + chunk).slice(-200_000)
    })
  }
  const exited = new Promise<number | null>((done) => child.once('exit', (code) => done(code)))
  for (;;) {
    const ready = await fetch(`${url}/health/ready`).catch(() => undefined)
    await ready?.body?.cancel()
    if (ready?.status === 200) break
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${printed}`)
    if (performance.now() - started > 30_000) throw new Error(`the server is not ready after 30 s:\n${printed}`)
    await sleep(20)
  }
  return {
    url,
    child,
    output: () => printed,
    readyAfter: performance.now() - started,
    ask: (path, init) =>
      fetch(url + path, { ...init, headers: { authorization: `Bearer ${adminToken}`, ...init?.headers } }),
    rss: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      return exited
    },
  }
}
