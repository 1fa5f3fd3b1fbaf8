import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { Connection } from 'rabbitmq-client'
import { freePort } from '../e2e/program.ts'
import type { Need } from '../needs.ts'
import { until } from '../until.ts'

const installed = '/usr/lib/rabbitmq/lib'

/** A RabbitMQ broker for one test, which may restart it, unlike the shared broker. */
export interface RabbitmqNode {
  readonly name: string
  readonly home: string
  readonly port: number
  /** The URL through another port, if one is given. */
  url(port?: number): string
  start(): Promise<void>
  /** `fast` ends it cleanly, `immediate` like a crash. */
  stop(mode: 'fast' | 'immediate'): Promise<void>
  /** Runs a command of `rabbitmqctl`. */
  control(...args: readonly string[]): Promise<string>
  /** Stops the broker and deletes its files. */
  remove(): Promise<void>
}

/** The RabbitMQ programs, for tests that start their own broker. */
export const rabbitmqPrograms = (): Need => ({
  missing: program() ? undefined : `RabbitMQ is not installed in ${installed} (apt-get install rabbitmq-server)`,
})

const program = (): string | undefined => {
  const version = existsSync(installed) ? readdirSync(installed).sort().at(-1) : undefined
  // Debian's own command runs the service of the machine.
  return version && join(installed, version, 'sbin/rabbitmq-server')
}

/** Creates and starts a broker of its own on loopback, alone or as one more node of the cluster of another one. */
export const createRabbitmqNode = async (first?: RabbitmqNode): Promise<RabbitmqNode> => {
  const command = program()
  if (command === undefined) throw new Error(rabbitmqPrograms().missing)
  const folder = mkdtempSync(join(tmpdir(), 'vedette-rabbitmq-'))
  const [port, distribution] = [await freePort(), await freePort()]
  const name = `vedette-${port}@localhost`
  // The nodes of a cluster share a secret, which is in their home.
  const home = first?.home ?? folder
  // Those that are cut off from most others let their clients go to them.
  writeFileSync(join(folder, 'node.conf'), 'cluster_partition_handling = pause_minority\n')
  const url = (through = port) => `amqp://guest:guest@127.0.0.1:${through}`
  const environment = {
    PATH: process.env.PATH,
    HOME: home,
    RABBITMQ_NODENAME: name,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_GENERATED_CONFIG_DIR: join(folder, 'config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_CONFIG_FILE: join(folder, 'node.conf'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    // Schedulers that spin while they wait would take processor time from the other tests.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      '+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}',
    ERL_EPMD_ADDRESS: '127.0.0.1',
  }
  let child: ChildProcess | undefined
  let ended = Promise.resolve()

  const answers = async (): Promise<boolean> => {
    const connection = new Connection({ url: url(), connectionTimeout: 2_000, noDelay: true })
    try {
      return await new Promise<boolean>((done) => {
        connection.once('connection', () => done(true))
        connection.on('error', () => done(false))
      })
    } finally {
      connection.unsafeDestroy()
    }
  }
  const node: RabbitmqNode = {
    name,
    home,
    port,
    url,
    async start() {
      // A group of its own, because the command is a shell with the broker below it.
      const started = spawn(command, [], { env: environment, stdio: 'ignore', detached: true })
      ended = new Promise((done) => started.once('exit', () => done()))
      child = started
      await until(answers, () => 'the broker')
    },
    async stop(mode) {
      if (child?.pid === undefined) return
      process.kill(-child.pid, mode === 'fast' ? 'SIGTERM' : 'SIGKILL')
      await ended
      child = undefined
    },
    async control(...args) {
      const rabbitmqctl = join(dirname(command), 'rabbitmqctl')
      return (await promisify(execFile)(rabbitmqctl, ['-q', ...args], { env: environment })).stdout
    },
    async remove() {
      await node.stop('immediate')
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await node.start()
  if (first) {
    await node.control('stop_app')
    await node.control('join_cluster', first.name)
    await node.control('start_app')
  }
  return node
}
