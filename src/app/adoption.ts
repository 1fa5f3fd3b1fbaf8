import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { dump } from 'js-yaml'
import { whyUnused } from '../compat/config.ts'
import { formerSystemsToAdopt } from '../compat/former-systems.ts'
import type { Log } from '../component.ts'
import { readFormerEnvironment } from '../config/former-environment.ts'
import { type Assignment, environmentLayer, fileLayer } from '../config/layer.ts'
import { settingOf } from '../config/settings.ts'
import type { Config } from '../config.ts'
import { AppError } from '../errors.ts'
import {
  type AdoptionReport,
  type PlannedSystem,
  planAdoption,
  refuseUnknown,
  runAdoption,
} from '../operations/adoption/adopt.ts'
import { type DatabaseOf, type FormerSource, openFormerSource } from '../operations/adoption/former-source.ts'
import type { AdoptionTarget, LeftOut } from '../operations/adoption/former-system.ts'
import type { AdoptInto } from '../operations/deps.ts'
import { createIntake } from '../pipeline/ingest/intake.ts'
import { openEmbeddedQueue } from '../queue/embedded.ts'
import type { Transaction } from '../store/database.ts'
import { withStoreLock } from '../store/lock-store.ts'
import { openStore } from '../store/open-store.ts'
import { makeDataFolder } from './data-folder.ts'

interface AdoptionOptions {
  /** A folder, a file or a database URL of an older system. */
  readonly place: string
  readonly cwd: string
  readonly config: Pick<Config, 'data_dir' | 'storage' | 'partitions' | 'queue'>
  /** The configuration file to write. */
  readonly file: string
  readonly isDryRun: boolean
  readonly now: () => number
  readonly log: Log
}

interface SettingsPlan {
  readonly file: string
  /** `written`: created now. `present`: it has all settings already. `kept`: the file exists, and its owner has to add the settings. */
  readonly outcome: 'none' | 'would write' | 'written' | 'present' | 'kept'
  /** The settings that are not in the file, as YAML. */
  readonly yaml: string
  readonly keys: readonly string[]
}

export interface AdoptionResult {
  readonly systems: readonly PlannedSystem[]
  /** The result; undefined after a dry run. */
  readonly report: AdoptionReport | undefined
  readonly settings: SettingsPlan
  /** The data and the variables that were not taken. */
  readonly leftOut: readonly LeftOut[]
}

/**
 * Takes over the installation of an older system: its data into the configured database, its variables into a configuration file. Throws
 * INVALID_REQUEST if the source belongs to no known system, CONFLICT while a server uses the database.
 */
export const adoptInstallation = async (options: AdoptionOptions): Promise<AdoptionResult> => {
  const { place, cwd, config, file, isDryRun, now, log } = options
  const open = () => openFormerSource(place, { cwd, databasesOf })
  const planned = await plan(open, config.data_dir)
  if (isDryRun) {
    return {
      systems: planned.systems,
      report: undefined,
      settings: settingsPlan(file, planned.settings, true),
      leftOut: leftOutBefore(planned),
    }
  }
  const report = await withStoreLock(config.storage.url, 'adoption', async () => {
    makeDataFolder(config.data_dir)
    const store = await openStore(config.storage.url, { now, log })
    try {
      const queue = openEmbeddedQueue({
        ...{ connections: store.connections, now, log, delivers: [] },
        ...{ maxRecords: config.queue.max_records, maxBytes: config.queue.max_bytes },
      })
      const partitions = await store.intake.fixPartitions(config.partitions)
      const intake = createIntake<Transaction>({ store, queue, partitions, now })
      const target = { store, intake, folder: join(config.data_dir, 'adopted'), now, actor: 'admin' }
      // Opened again: starting on the database of the older system has renamed its tables.
      return await withSource(open, (source) => runAdoption(source, formerSystemsToAdopt, target))
    } finally {
      await store.close()
    }
  })
  return {
    systems: planned.systems,
    report,
    settings: settingsPlan(file, planned.settings, false),
    leftOut: [...report.leftOut, ...planned.leftOut],
  }
}

/** Takes over installations into the running server, one at a time. Throws CONFLICT while another one is running. */
export const createAdoption = ({
  dataDir,
  target,
  refresh,
}: {
  readonly dataDir: string
  readonly target: Pick<AdoptionTarget, 'store' | 'intake' | 'now'>
  /** Loads the taken data into the tables in memory. */
  readonly refresh: () => Promise<void>
}): AdoptInto => {
  let running = false
  return async ({ place, isDryRun, actor }) => {
    const open = () => openFormerSource(place, { cwd: process.cwd(), databasesOf })
    const planned = await plan(open, dataDir)
    const found = {
      dry_run: isDryRun,
      systems: planned.systems.map(({ name, title, evidence, parts }) => ({
        ...{ name, title, evidence: [...evidence], parts: [...parts] },
      })),
      settings: planned.settings.map(([key]) => key),
    }
    if (isDryRun) return { ...found, taken: [], left_out: leftOutBefore(planned) }
    if (running) {
      throw new AppError('CONFLICT', 'Another installation is being taken over.', { hint: 'Wait until it is done.' })
    }
    running = true
    try {
      const into = { ...target, folder: join(dataDir, 'adopted'), actor }
      const { parts, leftOut } = await withSource(open, (source) => runAdoption(source, formerSystemsToAdopt, into))
      await refresh()
      const taken = parts.map(({ noun, from, count, added, present }) => ({ noun, from, count, added, present }))
      return { ...found, taken, left_out: [...leftOut, ...planned.leftOut] }
    } finally {
      running = false
    }
  }
}

interface Plan {
  readonly systems: readonly PlannedSystem[]
  readonly settings: Settings
  /** Variables and databases that are not taken. */
  readonly leftOut: readonly LeftOut[]
}

const plan = (open: () => Promise<FormerSource>, dataDir: string): Promise<Plan> =>
  withSource(open, async (source) => {
    const systems = await planAdoption(source, formerSystemsToAdopt)
    const { settings, leftOut } = settingsOf(source, systems, dataDir)
    if (systems.length === 0 && settings.length === 0) refuseUnknown(source, formerSystemsToAdopt)
    const unread = source.problems.map(({ what, why }) => ({ what, count: 1, why }))
    return { systems, settings, leftOut: [...leftOut, ...unread] }
  })

const leftOutBefore = ({ systems, leftOut }: Plan): LeftOut[] => [
  ...systems.flatMap((system) => system.leftOut),
  ...leftOut,
]

const withSource = async <Result>(
  open: () => Promise<FormerSource>,
  work: (source: FormerSource) => Promise<Result>,
): Promise<Result> => {
  const source = await open()
  try {
    return await work(source)
  } finally {
    await source.close()
  }
}

/** The databases that a file with variables names. */
const databasesOf: DatabaseOf = (environment) => {
  const { database } = readFormerEnvironment(environment)
  const { DATABASE_URL: url, DB_HOST: host, SQLITE_DB_PATH: file } = environment
  const ofGuard = database?.url((name) => environment[name] || undefined)
  const ofAgents = database || !host ? undefined : networkAgentsUrl(environment)
  return [url, ofGuard, ofAgents, file && `sqlite:${file}`].flatMap((one) => one || [])
}

const networkAgentsUrl = (environment: FormerSource['environment']): string => {
  const { DB_HOST = '', DB_PORT = '5432', DB_NAME = 'netmonitor_db', DB_USER = 'postgres', DB_PASSWORD } = environment
  const access = DB_PASSWORD === undefined ? '' : `:${encodeURIComponent(DB_PASSWORD)}`
  return `postgres://${encodeURIComponent(DB_USER)}${access}@${DB_HOST}:${DB_PORT}/${encodeURIComponent(DB_NAME)}`
}

/** Vedette has its data elsewhere: the database of the older system is the source. */
const notTaken = new Set(['storage.url', 'data_dir'])

/** Paths in variables are relative to the folder of the older system. */
const paths = new Set(['network_agents.sqlite_path', 'log_detection.model_dir'])

/** The systems whose clients need a port that is closed by default. */
const portNames = new Set(['log-analyzer', 'log-detection', 'triage'])

/** The settings in the variables and the files of a source. */
const settingsOf = (source: FormerSource, systems: readonly PlannedSystem[], dataDir: string) => {
  const folder = source.environmentFile === undefined ? '.' : dirname(source.environmentFile)
  const layer = environmentLayer(source.environment, folder, readText)
  const assignments = layer.assignments
    .filter(({ key }) => !notTaken.has(key))
    .map((assignment) => ({ ...assignment, fault: settingOf(assignment.key)?.faultOf(assignment.value) }))
  // An invalid value in the file would keep Vedette from starting.
  const valid = assignments.filter(({ fault }) => fault === undefined)
  const ports = systems.map(({ name }) => name).filter((name) => portNames.has(name))
  const ofSystems = formerSystemsToAdopt
    .filter(({ name }) => systems.some((system) => system.name === name))
    .flatMap((system) => Object.entries(system.settings?.(source, join(dataDir, 'adopted')) ?? {}))
  const entries = new Map<string, unknown>([
    ...valid.map(({ key, value }) => [key, paths.has(key) ? resolve(folder, String(value)) : value] as const),
    ...(ports.length > 0 ? [['compat.ports', ports] as const] : []),
    // The sample week would be mixed with real data.
    ...(systems.length > 0 ? [['samples', 'off'] as const] : []),
    ...ofSystems,
  ])
  const effective = new Set([
    ...layer.assignments.map(({ origin }) => origin),
    ...layer.recognized.flatMap((system) => system.effective),
  ])
  const unused = Object.keys(source.environment).filter((name) => !effective.has(name) && source.environment[name])
  const faults = [
    ...layer.errors.map(({ path, message }) => ({ what: `variable ${path}`, count: 1, why: message })),
    ...assignments.flatMap(({ key, origin, fault }) =>
      fault === undefined
        ? []
        : [{ what: `variable ${origin}`, count: 1, why: `Its value does not fit ${key}: ${fault}.` }],
    ),
  ]
  return {
    settings: [...entries],
    leftOut: [
      ...unused.map((name) => ({
        what: `variable ${name}`,
        count: 1,
        why: whyUnused(name) ?? 'Vedette has no such setting.',
      })),
      ...faults,
    ],
  }
}

const readText = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, 'utf8') : undefined)

type Settings = readonly (readonly [key: string, value: unknown])[]

/** Writes the settings to a new file. An existing file is never changed: its owner gets the missing settings. */
const settingsPlan = (given: string, settings: Settings, isDryRun: boolean): SettingsPlan => {
  const file = resolve(given)
  const text = readText(file)
  const known = text === undefined ? [] : knownIn(file, text)
  const lacking = settings.filter(
    ([key, value]) => !known.some((one) => one.key === key && isDeepStrictEqual(one.value, value)),
  )
  const plan = { file, yaml: toYaml(lacking), keys: lacking.map(([key]) => key) }
  if (settings.length === 0) return { ...plan, outcome: 'none' }
  if (lacking.length === 0) return { ...plan, outcome: 'present' }
  if (text !== undefined) return { ...plan, outcome: 'kept' }
  if (isDryRun) return { ...plan, outcome: 'would write' }
  mkdirSync(dirname(file), { recursive: true })
  // It may contain passwords.
  writeFileSync(file, plan.yaml, { mode: 0o600, flag: 'wx' })
  return { ...plan, outcome: 'written' }
}

const knownIn = (file: string, text: string): readonly Assignment[] =>
  text.trim() === '' ? [] : fileLayer(file, text, dirname(file), readText).assignments

const toYaml = (settings: Settings): string => {
  const root: Record<string, unknown> = {}
  for (const [key, value] of settings) {
    if (!settingOf(key)) continue
    const names = key.split('.')
    const last = names.pop() ?? key
    let node = root
    for (const name of names) node = branch(node, name)
    node[last] = value
  }
  return Object.keys(root).length === 0 ? '' : dump(root, { lineWidth: -1 })
}

const branch = (node: Record<string, unknown>, name: string): Record<string, unknown> => {
  const below = node[name]
  // An earlier setting of the same group made it.
  const next = (typeof below === 'object' && below !== null ? below : {}) as Record<string, unknown>
  node[name] = next
  return next
}
