import { isAbsolute, join } from 'node:path'
import { AppError, type ErrorDetail } from '../errors.ts'
import { didYouMean } from '../lib/spelling/closest.ts'
import type { Environment } from './environment.ts'
import { type RecognizedSystem, readFormerEnvironment } from './former-environment.ts'
import { namesBelow, type Setting, settingOf, settings } from './settings.ts'
import { aliases, prefix } from './variables.ts'
import { parseYaml } from './yaml-file.ts'

/** One configured value and its origin. */
export interface Assignment {
  /** Dotted key, even if it is unknown. */
  readonly key: string
  readonly value: unknown
  /** `/etc/vedette/vedette.yaml:3:5`, `PORT`, `--port`. */
  readonly origin: string
  /** Finds the position of a part of the value, such as an option of the third source. */
  readonly locate?: (key: string) => string
}

/** The values of one configuration layer, and the faults found while reading it. */
export interface Layer {
  readonly assignments: readonly Assignment[]
  readonly errors: readonly ErrorDetail[]
  readonly warnings: readonly string[]
}

/** Reads a text file; undefined if it does not exist. */
export type ReadText = (path: string) => string | undefined

/** Component options that may name a file with the value: secrets and certificates. */
const secretOptionFile = /(^|_)(token|secret|password|key|url|ca|cert)_file$/

/** Reads a configuration file. `<key>_file` names a file that contains the value, relative to this one. */
export const fileLayer = (path: string, text: string, folder: string, readText: ReadText): Layer => {
  const { value, places } = parseYaml(text, path)
  const assignments: Assignment[] = []
  const errors: ErrorDetail[] = []
  const originOf = (key: string): string => {
    for (let at = key; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
      const place = places.get(at)
      if (place) return `${path}:${place.line}:${place.column}`
    }
    return path
  }
  const contentOf = (file: unknown, origin: string): unknown => {
    if (typeof file !== 'string') return file
    const content = readText(isAbsolute(file) ? file : join(folder, file))
    if (content === undefined) errors.push({ path: origin, message: `No such file: ${file}.` })
    return content?.trimEnd()
  }

  const walk = (node: unknown, key: string) => {
    if (isTree(node) && !settingOf(key) && (key === '' || Object.keys(node).length > 0)) {
      for (const [name, below] of Object.entries(node)) {
        const at = key === '' ? name : `${key}.${name}`
        const setting = at.endsWith('_file') && !settingOf(at) ? settingOf(at.slice(0, -'_file'.length)) : undefined
        if (setting) assignments.push({ key: setting.key, value: contentOf(below, originOf(at)), origin: originOf(at) })
        else walk(below, at)
      }
    } else if (node !== null && node !== undefined) {
      if (!isTree(node) && !settingOf(key) && namesBelow(key).length > 0) {
        errors.push({
          path: originOf(key),
          message: `${key}: expected keys below it.`,
          hint: didYouMean('', namesBelow(key)),
        })
        return
      }
      const list = Array.isArray(node) ? node.map((item, i) => withSecrets(item, `${key}.${i}`)) : node
      assignments.push({ key, value: list, origin: originOf(key), locate: originOf })
    }
  }
  const withSecrets = (options: unknown, key: string): unknown =>
    isTree(options)
      ? Object.fromEntries(
          Object.entries(options).map(([name, option]) =>
            secretOptionFile.test(name)
              ? [name.slice(0, -'_file'.length), contentOf(option, originOf(`${key}.${name}`))]
              : [name, option],
          ),
        )
      : options

  if (!isTree(value)) {
    throw new AppError('CONFIG_INVALID', `${path} contains no keys.`, { hint: 'Example: `server: { port: 8787 }`.' })
  }
  walk(value, '')
  return { assignments, errors, warnings: [] }
}

/**
 * Reads the environment: `VEDETTE_SERVER_PORT`, its alias `PORT`, and both with `_FILE`. An empty variable counts as unset. Variables of
 * older systems have the meaning of the system that the environment was written for.
 */
export const environmentLayer = (
  env: Environment,
  cwd: string,
  readText: ReadText,
): Layer & { readonly recognized: readonly RecognizedSystem[] } => {
  const assignments: Assignment[] = []
  const errors: ErrorDetail[] = []
  const warnings = [...misspelt(env)]
  const { means, database, recognized } = readFormerEnvironment(env)
  /** Returns the text of a variable, or of the file that it names; undefined if it is not set. */
  const textOf = (variable: string): { readonly text: string; readonly origin: string } | undefined => {
    const [origin, other] = [variable, `${variable}_FILE`].filter((name) => env[name])
    if (origin === undefined) return undefined
    if (other !== undefined) {
      errors.push({ path: variable, message: `${variable} and ${other} are both set.`, hint: 'Unset one of them.' })
    }
    const given = env[origin] ?? ''
    if (origin === variable) return { text: given, origin }
    const content = readText(isAbsolute(given) ? given : join(cwd, given))
    if (content === undefined) errors.push({ path: origin, message: `No such file: ${given}.` })
    return content === undefined ? undefined : { text: content.trimEnd(), origin }
  }
  const aliased = new Set(aliases.map(([variable]) => variable))
  for (const setting of settings()) {
    const variable = setting.variables
      .filter((name) => !aliased.has(name) || means(name, setting.key))
      .find((name) => env[name] || env[`${name}_FILE`])
    const found = variable === undefined ? undefined : textOf(variable)
    if (variable === undefined || found === undefined) continue
    if (variable === 'DATABASE_URL' && isForeignDatabase(found.text)) {
      warnings.push(foreignDatabase(found.text))
      continue
    }
    assignments.push({
      key: setting.key,
      value: fromText(found.text, setting, found.origin, errors),
      origin: found.origin,
    })
  }
  const url = database?.url((name) => textOf(name)?.text)
  if (url !== undefined && !assignments.some(({ key }) => key === 'storage.url')) {
    assignments.push({ key: 'storage.url', value: url, origin: 'DB_HOST' })
  }
  return { assignments, errors, warnings, recognized }
}

/** Whether a URL, as SQLAlchemy writes it, names a server that Vedette reads but does not store its data in. */
const isForeignDatabase = (url: string): boolean => /^(mysql|mariadb|mssql|oracle)(\+\w+)?:/.test(url)

const foreignDatabase = (url: string): string =>
  `DATABASE_URL names a database of the kind "${url.slice(0, url.search(/[+:]/))}", which Vedette cannot store its data in. ` +
  'The data is stored in `data_dir`, unless storage.url is set.'

/** Reads the command-line flags by dotted key. */
export const flagLayer = (flags: Readonly<Record<string, unknown>>): Layer => {
  const errors: ErrorDetail[] = []
  const assignments = Object.entries(flags).flatMap(([key, value]) => {
    const setting = settingOf(key)
    const origin = `--${(key.split('.').at(-1) ?? key).replaceAll('_', '-')}`
    if (value === undefined) return []
    if (!setting || typeof value !== 'string') return [{ key, value, origin }]
    return [{ key, value: fromText(value, setting, origin, errors), origin }]
  })
  return { assignments, errors, warnings: [] }
}

const fromText = (text: string, { type }: Setting, origin: string, errors: ErrorDetail[]): unknown => {
  if (type === 'integer' || type === 'number') return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text
  if (type === 'boolean')
    return /^(true|1|yes|on)$/i.test(text) ? true : /^(false|0|no|off)$/i.test(text) ? false : text
  if (type !== 'array' && type !== 'object') return text
  if (type === 'array' && !text.trimStart().startsWith('[')) return text.split(',').map((item) => item.trim())
  try {
    return parseYaml(text, origin).value
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    errors.push(...error.errors)
    return undefined
  }
}

/** Warns only about near misses: container platforms set variables with our prefix, so an unknown variable is no error. */
const misspelt = (env: Environment): readonly string[] => {
  const known = [...settings().flatMap(({ variables }) => variables), ...otherVariables]
  const all = [...known, ...known.map((name) => `${name}_FILE`)]
  return Object.keys(env)
    .filter((name) => name.startsWith(prefix) && !all.includes(name) && !/^VEDETTE_(SERVICE_|PORT)/.test(name))
    .map((name) => ({ name, advice: didYouMean(name, all) }))
    .filter(({ advice }) => advice.startsWith('Did'))
    .map(({ name, advice }) => `The variable ${name} has no effect. ${advice}`)
}

/** Our variables that set no key: the path of the configuration, and the server for the command line. */
const otherVariables = ['VEDETTE_CONFIG', 'VEDETTE_URL', 'VEDETTE_TOKEN']

const isTree = (node: unknown): node is Readonly<Record<string, unknown>> =>
  typeof node === 'object' && node !== null && !Array.isArray(node)
