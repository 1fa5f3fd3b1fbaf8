import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { until } from '../until.ts'

export const root = resolve(import.meta.dirname, '../..')
export const adminToken = 'vdt_test_0123456789abcdef0123456789abcdef'

/** The ephemeral ports of the system: any of them may be taken at any moment. */
const [firstGiven = 32_768] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/).map(Number)
const firstPort = 10_240
const found = new Set<number>()

/**
 * Finds a port that stays free while its server restarts: outside the ephemeral range, and not used before by this
 * process.
 */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(firstPort, Math.max(firstGiven, firstPort + 1_000))
    if (!found.has(port) && (await isFree(port))) {
      found.add(port)
      return port
    }
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const probe = createServer()
    probe.once('error', () => done(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)))
  })

/** Creates a folder that `remove` deletes. */
export const scratch = (): { path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), 'vedette-e2e-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

export interface Server {
  readonly url: string
  readonly child: ChildProcess
  /** The output so far. */
  output(): string
  /** From the start of the process to the first 200 of /health/ready, in ms. */
  readonly readyAfter: number
  ask(path: string, init?: RequestInit): Promise<Response>
  /** Resident memory in MB. */
  rss(): number
  /** The CPU time in seconds, independent of other load. */
  busy(): number
  /** Waits until all accepted records are processed. */
  settled(): Promise<void>
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

interface ServerOptions {
  readonly dataDir: string
  readonly port: number
  readonly env?: NodeJS.ProcessEnv
  readonly args?: readonly string[]
  readonly cwd?: string
  /** Detects readiness from the output; by default, polls /health/ready. */
  readonly isReady?: (output: string) => boolean
}

export const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

const work = z.object({ queues: z.array(z.object({ ready: z.number(), running: z.number() })) })

/** Starts the program like a user, and waits until it is ready. */
export const startServer = async ({ dataDir, port, env, args = [], cwd, isReady }: ServerOptions): Promise<Server> => {
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
  await until(
    async () => {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}:\n${printed}`)
      if (isReady) return isReady(printed)
      const ready = await fetch(`${url}/health/ready`).catch(() => undefined)
      await ready?.body?.cancel()
      return ready?.status === 200
    },
    () => `the server being ready\n${printed}`,
  )
  const send = (path: string, init?: RequestInit) =>
    fetch(url + path, { ...init, headers: { authorization: `Bearer ${adminToken}`, ...init?.headers } })
  const ask = async (path: string, init?: RequestInit) => {
    const method = init?.method ?? 'GET'
    try {
      return await send(path, init).catch((error: unknown) => {
        if (method === 'GET' && isClosed(error)) return send(path, init)
        throw error
      })
    } catch (error) {
      const state = child.exitCode ?? child.signalCode ?? 'none'
      throw new Error(`no answer to ${method} ${path} (exit: ${state})\n${printed}`, { cause: error })
    }
  }
  return {
    url,
    child,
    output: () => printed,
    readyAfter: performance.now() - started,
    ask,
    rss: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    busy: () => {
      const [, fields = ''] = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')
      const [user = 0, system = 0] = fields.split(' ').slice(11, 13).map(Number)
      return (user + system) / 100
    },
    settled: async () => {
      await until(
        async () => {
          const { queues } = work.parse(await (await ask('/health/ready')).json())
          return queues.every(({ ready, running }) => ready + running === 0)
        },
        () => `all queues being empty\n${printed}`,
      )
    },
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      return exited
    },
  }
}

/**
 * Whether the server closed the connection before it answered. It closes idle ones after a minute, and work that blocks the test hides that
 * from the client. Browsers ask again, too.
 */
const isClosed = (error: unknown): boolean =>
  error instanceof Error &&
  error.cause instanceof Error &&
  'code' in error.cause &&
  error.cause.code === 'UND_ERR_SOCKET'
