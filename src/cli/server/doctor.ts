import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import type { Command } from 'commander'
import { commandTyped } from '../../command-name.ts'
import { silentLog } from '../../component.ts'
import type { Config, LoadedConfig } from '../../config.ts'
import { AppError, messageOf } from '../../errors.ts'
import { checkDatabase, databaseFile } from '../../operations/analysis/database-file.ts'
import { checkRulePacks } from '../../operations/rules/packs/check-rule-packs.ts'
import { checkBlocks } from '../../operations/storage/check-blocks.ts'
import { checkBroker } from '../../operations/storage/check-broker.ts'
import { checkCluster } from '../../operations/storage/check-cluster.ts'
import { databaseSpace } from '../../operations/storage/compact-database.ts'
import type { MissingRulePack } from '../../schema/rule/rule-pack.ts'
import type { CommandContext } from '../cli.ts'
import { visible } from '../terminal/terminal.ts'
import { addAppFlags, loadWithFlags } from './app-flags.ts'
import { adviceOnMemory, describeMemory, usableMemory } from './memory.ts'

/** The result of one check, with advice if it failed. */
interface Finding {
  readonly well: boolean
  readonly name: string
  readonly text: string
  readonly advice?: string
}

const leastFree = 200 * 2 ** 20
const comfortable = 2 * 2 ** 30
const earliest = Date.UTC(2025, 0, 1)

/** `vedette doctor`: checks this installation for problems. */
export const define = (command: Command, context: CommandContext): void => {
  addAppFlags(command)
    .option('--json', 'print the findings as JSON')
    .action(async (options: { readonly json?: boolean }) => {
      const findings = [checkNode(process.versions.node), checkClock(context.now()), checkMemory(usableMemory())]
      const loaded = await checkConfig(options, context, findings)
      if (loaded) {
        const { config } = loaded
        findings.push(
          checkFolder(config),
          checkDisk(config),
          ...(await checkStore(config, context)),
          ...(await checkQueue(config)),
          ...(await checkRules(config, context)),
          ...(await checkObjects(config)),
          await checkAddress(config, context),
        )
      }
      context.out.write(options.json ? `${JSON.stringify(findings, null, 2)}\n` : render(findings, context))
      if (findings.some(({ well }) => !well)) context.end(1)
    })
}

const render = (findings: readonly Finding[], { paint }: CommandContext): string =>
  findings
    .map(({ well, name, text, advice }) => {
      const mark = well ? paint('green', '✔') : paint('red', '✘')
      return `${mark} ${name.padEnd(10)} ${visible(text)}${advice ? `\n${' '.repeat(13)}→ ${visible(advice)}` : ''}\n`
    })
    .join('')

export const checkNode = (version: string): Finding => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const well = major > 24 || (major === 24 && minor >= 11)
  return { well, name: 'node', text: version, ...(!well && { advice: 'Install Node 24.11 or later.' }) }
}

export const checkClock = (now: number): Finding => {
  const well = now > earliest
  return {
    well,
    name: 'clock',
    text: new Date(now).toISOString(),
    ...(!well && {
      advice: 'The clock is far behind, so guessed timestamps will be wrong. Set it, or enable NTP.',
    }),
  }
}

export const checkMemory = (bytes: number): Finding => {
  const advice = adviceOnMemory(bytes)
  return { well: advice === undefined, name: 'memory', text: describeMemory(bytes), ...(advice && { advice }) }
}

const checkConfig = async (
  options: unknown,
  context: CommandContext,
  findings: Finding[],
): Promise<LoadedConfig | undefined> => {
  try {
    const loaded = loadWithFlags(options, context)
    const { checkComponents } = await import('../../app/check-components.ts')
    checkComponents(loaded.config)
    findings.push({ well: true, name: 'config', text: loaded.file ?? 'defaults and environment' })
    for (const text of loaded.warnings) findings.push({ well: false, name: 'config', text })
    return loaded
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const faults = error.errors.map(({ path, message, hint }) => [path, message, hint].filter(Boolean).join(' '))
    findings.push({
      well: false,
      name: 'config',
      text: [error.message, ...faults].join(' · '),
      ...(error.hint && { advice: error.hint }),
    })
    return undefined
  }
}

export const checkFolder = ({ data_dir }: Pick<Config, 'data_dir'>): Finding => {
  const name = 'data'
  const found = nearest(data_dir)
  try {
    accessSync(found, constants.W_OK | constants.X_OK)
  } catch {
    return {
      well: false,
      name,
      text: `${found} is not writable`,
      advice: 'Change its owner, or set VEDETTE_DATA_DIR.',
    }
  }
  if (found !== data_dir) return { well: true, name, text: `${data_dir} (created on first start)` }
  const mode = statSync(data_dir).mode & 0o777
  return (mode & 0o077) === 0
    ? { well: true, name, text: data_dir }
    : {
        well: false,
        name,
        text: `${data_dir} is readable by other users (mode ${mode.toString(8)})`,
        advice: `chmod 700 ${data_dir}`,
      }
}

export const checkDisk = ({ data_dir }: Pick<Config, 'data_dir'>): Finding => {
  const { bavail, bsize } = statfsSync(nearest(data_dir))
  const free = bavail * bsize
  const text = `${(free / 2 ** 30).toFixed(1)} GB free`
  if (free >= comfortable) return { well: true, name: 'disk', text }
  return {
    well: free >= leastFree,
    name: 'disk',
    text,
    advice:
      'Free space, or lower retention.events or retention.max_bytes and restart. A full disk makes the server refuse records (507).',
  }
}

const checkStore = async (config: Config, { now }: CommandContext): Promise<readonly Finding[]> =>
  config.storage.url.startsWith('sqlite:') ? [await checkFile(config)] : checkServer(config, now)

const checkServer = async ({ storage, partitions }: Config, now: () => number): Promise<readonly Finding[]> => {
  const name = 'database'
  try {
    const states = await checkCluster(storage.url, partitions, { now, log: silentLog })
    if (!states) return [{ well: true, name, text: 'answers; its tables are created or updated by the next start' }]
    return [{ well: true, name, text: 'answers' }, describeWorkers(states)]
  } catch (error) {
    const advice = error instanceof AppError ? error.hint : undefined
    return [{ well: false, name, text: messageOf(error), ...(advice && { advice }) }]
  }
}

const checkQueue = async ({ queue: { url } }: Config): Promise<readonly Finding[]> => {
  if (url === undefined) return []
  const fault = await checkBroker(url)
  return [
    fault === undefined
      ? { well: true, name: 'rabbitmq', text: 'answers' }
      : {
          well: false,
          name: 'rabbitmq',
          text: fault,
          advice: 'Check queue.url and the broker. Until it answers, senders get 503.',
        },
  ]
}

/** Checks for missing rule packs. Other problems of the database have findings of their own. */
const checkRules = async (config: Config, { now }: CommandContext): Promise<readonly Finding[]> => {
  const { url } = config.storage
  try {
    if (url.startsWith('sqlite:') && !existsSync(databaseFile(url))) return []
    const packs = await checkRulePacks(config, { now, log: silentLog })
    return packs ? describeRulePacks(packs) : []
  } catch (error) {
    return [{ well: false, name: 'rules', text: messageOf(error) }]
  }
}

export const describeRulePacks = (packs: readonly MissingRulePack[]): readonly Finding[] =>
  packs.length === 0
    ? [{ well: true, name: 'rules', text: 'rules exist for all products that send events and have a set of rules' }]
    : packs.map(({ reason, commands }) => ({
        well: true,
        name: 'rules',
        text: reason,
        advice: commands.map(commandTyped).join(' && '),
      }))

/** Checks the object storage, if one holds the blocks of events. */
export const checkObjects = async ({ storage }: Pick<Config, 'storage'>): Promise<readonly Finding[]> => {
  const { blockLocation } = await import('../../app/block-location.ts')
  const location = blockLocation(storage)
  if (!location) return []
  const name = 'blocks'
  const place = storage.blocks ?? ''
  try {
    await checkBlocks(location)
    return [{ well: true, name, text: `${place} can be written, read and removed from` }]
  } catch (error) {
    const advice = error instanceof AppError ? error.hint : undefined
    return [{ well: false, name, text: messageOf(error), ...(advice && { advice }) }]
  }
}

type WorkedPartition = NonNullable<Awaited<ReturnType<typeof checkCluster>>>[number]

/** Lists the worker of each topic, and the topics without one. */
export const describeWorkers = (states: readonly WorkedPartition[]): Finding => {
  const name = 'workers'
  const nameOf = ({ topic, partition }: WorkedPartition) => (topic === 'records' ? `${topic} ${partition}` : topic)
  const owned = Map.groupBy(
    states.filter(({ owner }) => owner !== undefined),
    ({ owner }) => owner,
  )
  const text = [...owned].map(([owner, own]) => `${owner}: ${own.map(nameOf).join(', ')}`).join(' · ')
  const free = states.filter(({ owner }) => owner === undefined)
  if (free.length === 0) return { well: true, name, text }
  const left = `nobody works ${free.map(nameOf).join(', ')}`
  return {
    well: false,
    name,
    text: text === '' ? left : `${text} · ${left}`,
    advice:
      'Start `vedette serve` or `vedette worker`. After a process has died, others take over in half a minute at most.',
  }
}

const checkFile = async ({ storage }: Config): Promise<Finding> => {
  const name = 'database'
  const faults = await checkDatabase(storage.url)
  if (faults === undefined) return { well: true, name, text: 'none yet (created on first start)' }
  if (faults.length === 0) return checkSpace(databaseSpace(storage.url))
  return {
    well: false,
    name,
    text: faults.join(' · '),
    advice: 'Stop the server, copy the file, and restore the last backup: vedette restore FILE --force.',
  }
}

/** Compacting pays off from this share of free space. */
const wasteful = 0.25

export const checkSpace = ({ bytes, free, shrinks }: ReturnType<typeof databaseSpace>): Finding => ({
  well: true,
  name: 'database',
  text: `intact; ${megabytes(bytes)}, of which ${megabytes(free)} is free for new rows`,
  ...(!shrinks &&
    free > bytes * wasteful && {
      advice: 'The file never shrinks. Stop the server and run `vedette compact` once.',
    }),
})

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`

/** Checks the server that the other commands talk to, or else the address that `serve` would listen on. */
const checkAddress = async (config: Config, context: CommandContext): Promise<Finding> => {
  const given = context.env.VEDETTE_URL
  if (!given) return checkPort(config, context)
  const url = given.replace(/\/+$/, '')
  try {
    return await askServer(url, context)
  } catch (error) {
    return {
      well: false,
      name: 'server',
      text: `nothing responds at ${url} (${messageOf(error)})`,
      advice: 'Start the server, or correct VEDETTE_URL.',
    }
  }
}

const askServer = async (url: string, { fetch, signal }: CommandContext): Promise<Finding> => {
  const name = 'server'
  const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.any([signal, AbortSignal.timeout(3_000)]) })
  await answer.body?.cancel()
  if (answer.ok) return { well: true, name, text: `ready at ${url}` }
  return {
    well: false,
    name,
    text: `${url}/health/ready returned ${answer.status}`,
    advice: 'Check the log of the server.',
  }
}

const checkPort = async ({ server }: Config, context: CommandContext): Promise<Finding> => {
  const name = 'server'
  const host = server.host === '0.0.0.0' || server.host === '::' ? '127.0.0.1' : server.host
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${server.port}`
  const place = `${server.host}:${server.port}`
  const bound = await tryToListen(server.host, server.port)
  if (bound === undefined) return { well: true, name, text: `not running; ${place} is free` }
  if (bound !== 'EADDRINUSE') {
    return {
      well: false,
      name,
      text: `cannot listen on ${place} (${bound})`,
      advice: 'Set server.host and server.port.',
    }
  }
  try {
    return await askServer(url, context)
  } catch (error) {
    return {
      well: false,
      name,
      text: `another program uses ${place} (${messageOf(error)})`,
      advice: 'Stop that program, or choose another port with server.port, PORT or --port.',
    }
  }
}

/** Tries to listen: undefined if that works, else the error code. */
const tryToListen = (host: string, port: number): Promise<string | undefined> =>
  new Promise((done) => {
    const probe = createServer()
    probe.once('error', (error) => done('code' in error ? String(error.code) : error.message))
    probe.listen(port, host, () => probe.close(() => done(undefined)))
  })

/** The folder, or its nearest existing ancestor. */
const nearest = (folder: string): string =>
  existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder))
