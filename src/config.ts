import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { z } from 'zod'
import type { Environment } from './config/environment.ts'
import type { RecognizedSystem } from './config/former-environment.ts'
import { type Assignment, environmentLayer, fileLayer, flagLayer, type Layer, type ReadText } from './config/layer.ts'
import { type Config, configSchema } from './config/schema.ts'
import { namesBelow, settingOf, settings } from './config/settings.ts'
import { AppError, type ErrorDetail } from './errors.ts'
import { decodeText } from './lib/bytes/decode-text.ts'
import { didYouMean } from './lib/spelling/closest.ts'

export type { Config } from './config/schema.ts'

/** The origin of each value: `default`, `/etc/vedette/vedette.yaml:3:5`, `VEDETTE_SERVER_PORT`, `--port`. */
export type Origins = Readonly<Record<string, string>>

interface Sources {
  /** Flags by dotted key; undefined if not given. */
  readonly flags: Readonly<Record<string, unknown>>
  readonly env: Environment
  readonly cwd: string
  /** The configuration file given on the command line. */
  readonly file?: string | undefined
  readonly readText?: ReadText
}

export interface LoadedConfig {
  readonly config: Config
  readonly origins: Origins
  /** The file that was read. */
  readonly file: string | undefined
  readonly warnings: readonly string[]
  /** The older systems whose variables are set. */
  readonly recognized: readonly RecognizedSystem[]
}

/** Loads the configuration: defaults ← file ← environment ← flags. Throws CONFIG_INVALID with every fault at once. */
export const loadConfig = ({ flags, env, cwd, file, readText = readTextFile }: Sources): LoadedConfig => {
  const found = findFile(file, env, cwd, readText)
  const fromEnvironment = environmentLayer(env, cwd, readText)
  const layers: readonly Layer[] = [
    ...(found ? [fileLayer(found.path, found.text, dirname(found.path), readText)] : []),
    fromEnvironment,
    flagLayer(flags),
  ]
  const assignments = new Map<string, Assignment>()
  for (const { assignments: some } of layers) for (const one of some) assignments.set(one.key, one)
  const errors = layers.flatMap((layer) => layer.errors)

  const parsed = configSchema.safeParse(toTree([...assignments.values()]))
  if (!parsed.success) errors.push(...parsed.error.issues.flatMap((issue) => toDetails(issue, assignments)))
  if (parsed.success) errors.push(...sameNames(parsed.data), ...halfTls(parsed.data), ...brokerAlone(parsed.data))
  if (errors.length > 0 || !parsed.success) {
    throw new AppError('CONFIG_INVALID', 'The configuration is not valid.', {
      hint: 'Run `vedette config explain KEY` for the type of a key.',
      errors,
    })
  }

  const data_dir = resolve(cwd, parsed.data.data_dir)
  const absolute = (files: readonly string[]) => files.map((file) => resolve(cwd, file))
  const { paths, taxonomy } = parsed.data.rules
  const rules = { ...parsed.data.rules, paths: absolute(paths), taxonomy: absolute(taxonomy) }
  const { country_database, asn_database, ...ranges } = parsed.data.networks
  const networks = {
    ...ranges,
    benign: absolute(ranges.benign),
    cloud: absolute(ranges.cloud),
    ...(country_database && { country_database: resolve(cwd, country_database) }),
    ...(asn_database && { asn_database: resolve(cwd, asn_database) }),
  }
  const triage = {
    ...parsed.data.triage,
    llm: { ...parsed.data.triage.llm, prompts: absolute(parsed.data.triage.llm.prompts) },
  }
  const remediation = { ...parsed.data.remediation, playbooks: absolute(parsed.data.remediation.playbooks) }
  const { sqlite_path } = parsed.data.network_agents
  const network_agents = {
    ...parsed.data.network_agents,
    paths: absolute(parsed.data.network_agents.paths),
    ...(sqlite_path !== undefined && { sqlite_path: resolve(cwd, sqlite_path) }),
  }
  const url = parsed.data.storage.url ?? `sqlite:${join(data_dir, 'vedette.db')}`
  return {
    config: {
      ...parsed.data,
      data_dir,
      storage: { ...parsed.data.storage, url },
      network_agents,
      triage,
      remediation,
      rules,
      networks,
    },
    origins: Object.fromEntries(settings().map(({ key }) => [key, assignments.get(key)?.origin ?? 'default'])),
    file: found?.path,
    warnings: layers.flatMap((layer) => layer.warnings),
    recognized: fromEnvironment.recognized,
  }
}

/** The first existing file; a requested file must exist. */
const findFile = (
  named: string | undefined,
  env: Environment,
  cwd: string,
  readText: ReadText,
): { path: string; text: string } | undefined => {
  const wanted = named ?? (env.VEDETTE_CONFIG || undefined)
  const userFolder = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config')
  const places = wanted
    ? [resolve(cwd, wanted)]
    : [join(cwd, 'vedette.yaml'), join(userFolder, 'vedette', 'vedette.yaml'), '/etc/vedette/vedette.yaml']
  for (const path of places) {
    const text = readText(path)
    if (text !== undefined) return { path, text }
  }
  if (!wanted) return undefined
  throw new AppError('CONFIG_INVALID', `No such configuration file: ${wanted}.`, {
    hint: named ? 'Check --config.' : 'Check VEDETTE_CONFIG.',
  })
}

const readTextFile: ReadText = (path) => {
  try {
    return decodeText(readFileSync(path))
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined
    throw new AppError('CONFIG_INVALID', `Cannot read ${path}.`, { cause: error, hint: 'Check its permissions.' })
  }
}

/** Builds the nested object for the schema. It has no prototype, so that keys such as `__proto__` are merely unknown. */
const toTree = (assignments: readonly Assignment[]): object => {
  const root: Record<string, unknown> = Object.create(null)
  for (const { key, value } of assignments) {
    const names = key.split('.')
    const last = names.pop() ?? ''
    let node = root
    for (const name of names) {
      const below = node[name]
      const next: Record<string, unknown> = isBranch(below) ? below : Object.create(null)
      node[name] = next
      node = next
    }
    if (value !== undefined) node[last] = value
  }
  return root
}

const isBranch = (node: unknown): node is Record<string, unknown> =>
  typeof node === 'object' && node !== null && !Array.isArray(node)

const toDetails = (issue: z.core.$ZodIssue, assignments: ReadonlyMap<string, Assignment>): readonly ErrorDetail[] => {
  const key = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => {
      const whole = key === '' ? name : `${key}.${name}`
      return {
        path: placeOf(whole, assignments),
        message: `Unknown key "${whole}".`,
        hint: didYouMean(name, namesBelow(key)),
      }
    })
  }
  const value = assignments.get(key)?.value
  const quoted = value === undefined || settingOf(key)?.secret ? '' : `; got ${JSON.stringify(value)}`
  const message = issue.message.replace(/^Invalid (input|option): /, '')
  return [{ path: placeOf(key, assignments), message: `${key}: ${message}${message.startsWith('"') ? '' : quoted}` }]
}

/** Finds the origin of a key, of one of its parents, or of one of its children. */
const placeOf = (key: string, assignments: ReadonlyMap<string, Assignment>): string => {
  for (let at = key; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const found = assignments.get(at)
    if (found) return found.locate?.(key) ?? found.origin
  }
  return [...assignments.values()].find((one) => one.key.startsWith(`${key}.`))?.origin ?? key
}

const sameNames = ({ sources, notify }: Pick<Config, 'sources' | 'notify'>): readonly ErrorDetail[] =>
  Object.entries({ sources, notify }).flatMap(([kind, entries]) =>
    entries
      .filter(({ name }, i) => entries.findIndex((other) => other.name === name) !== i)
      .map(({ name }) => ({ path: kind, message: `${kind}: two entries are named "${name}".`, hint: 'Rename one.' })),
  )

const halfTls = ({ server: { tls } }: Pick<Config, 'server'>): readonly ErrorDetail[] =>
  (tls.cert === undefined) === (tls.key === undefined)
    ? []
    : [
        {
          path: 'server.tls',
          message: 'server.tls: set both certificate and key, or neither.',
          hint: 'Add the missing one.',
        },
      ]

/** RabbitMQ carries only payloads: the jobs are rows of a database, which several processes can share. */
const brokerAlone = ({
  queue,
  storage,
}: Pick<Config, 'queue'> & { readonly storage: { readonly url?: string | undefined } }): readonly ErrorDetail[] =>
  queue.url === undefined || /^postgres/.test(storage.url ?? '')
    ? []
    : [
        {
          path: 'queue.url',
          message: 'queue.url: RabbitMQ needs a PostgreSQL database.',
          hint: 'Set storage.url to postgres://…, or remove queue.url: without it, records wait in the database.',
        },
      ]
