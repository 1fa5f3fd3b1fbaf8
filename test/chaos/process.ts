import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { adminToken, freePort, root } from '../e2e/program.ts'
import { createLine, type Line } from '../services/line.ts'

/** A server or a worker of the cluster, with proxies of its own to the database and to RabbitMQ, so that it can be cut off alone. */
export interface ClusterProcess {
  readonly name: string
  readonly url: string
  /** To the database. */
  readonly line: Line
  /** To RabbitMQ, if there is one. */
  readonly brokerLine: Line | undefined
  start(): void
  /** Resolves once the process has ended, with its exit code. */
  stop(signal: NodeJS.Signals): Promise<number | null>
  /** Resolves with the exit code once the process has ended by itself. */
  ended(): Promise<number | null>
  pid(): number | undefined
  ask(path: string, init?: RequestInit): Promise<Response>
  pause(): void
  resume(): void
  isReady(): Promise<boolean>
  /** The last output. */
  output(): string
}

interface ProcessOptions {
  readonly name: string
  readonly role: 'server' | 'worker'
  readonly dataDir: string
  readonly database: { readonly port: number; url(port: number): string }
  readonly broker: { readonly port: number; url(port: number): string } | undefined
  readonly env: NodeJS.ProcessEnv
  /** The folder of the program, if it is another version than this one. */
  readonly program?: string
}

/** Prepares a process of the cluster; `start` starts it. */
export const createProcess = async ({
  name,
  role,
  dataDir,
  database,
  broker,
  env,
  program = root,
}: ProcessOptions): Promise<ClusterProcess> => {
  const [port, linePort, brokerPort] = [await freePort(), await freePort(), await freePort()]
  const line = createLine(linePort, {
    host: '127.0.0.1',
    // It changes when a standby is promoted.
    get port() {
      return database.port
    },
  })
  await line.open()
  const brokerLine = broker && createLine(brokerPort, { host: '127.0.0.1', port: broker.port })
  await brokerLine?.open()
  const args = role === 'server' ? ['serve', '--workers', 'none'] : ['worker', '--health-port', String(port)]
  let child: ChildProcess | undefined
  let ended = Promise.resolve<number | null>(null)
  let printed = ''
  const url = `http://127.0.0.1:${port}`
  return {
    name,
    url,
    line,
    brokerLine,
    start() {
      const started = spawn(join(program, 'bin/vedette.cjs'), args, {
        env: {
          ...process.env,
          ...env,
          PORT: String(port),
          VEDETTE_DATA_DIR: dataDir,
          VEDETTE_ADMIN_TOKEN: adminToken,
          VEDETTE_SAMPLES: 'off',
          VEDETTE_STORAGE_URL: database.url(linePort),
          ...(broker && { VEDETTE_QUEUE_URL: broker.url(brokerPort) }),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      for (const stream of [started.stdout, started.stderr]) {
        stream.on('data', (chunk) => {
          printed = (printed + chunk).slice(-20_000)
        })
      }
      ended = new Promise((done) => started.once('exit', done))
      child = started
    },
    async stop(signal) {
      child?.kill(signal)
      return ended
    },
    ended: () => ended,
    pid: () => child?.pid,
    ask: (path, init) =>
      fetch(url + path, { ...init, headers: { authorization: `Bearer ${adminToken}`, ...init?.headers } }),
    pause: () => child?.kill('SIGSTOP'),
    resume: () => child?.kill('SIGCONT'),
    async isReady() {
      const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
      await answer?.body?.cancel()
      return answer?.status === 200
    },
    output: () => printed,
  }
}
