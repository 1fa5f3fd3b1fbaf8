import { dump } from 'js-yaml'
import type { Origins } from '../config.ts'
import { formatDuration, formatSize } from '../lib/units/quantity.ts'
import type { Config } from './schema.ts'
import { type Setting, settings } from './settings.ts'

const hidden = '<redacted>'

/** Names of component options that contain a secret. */
const secretOption = /(^|_)(token|secret|password|api_key|key|authorization|headers|routing_key|url)$/

/** Returns the value of a dotted key. */
export const readKey = (config: Config, key: string): unknown =>
  key
    .split('.')
    .reduce<unknown>(
      (node, name) => (typeof node === 'object' && node !== null ? Reflect.get(node, name) : undefined),
      config,
    )

/** Renders a value as in a configuration file, on one line, with secrets masked. */
export const showValue = (value: unknown, setting: Setting): string => {
  if (value === undefined) return '(not set)'
  if (setting.secret === true) return hidden
  if (setting.secret === 'url' && typeof value === 'string') return withoutPassword(value)
  if (setting.type === 'duration' && typeof value === 'number') return formatDuration(value)
  if (setting.type === 'size' && typeof value === 'number') return formatSize(value)
  const shown = Array.isArray(value) ? value.map(withoutSecrets) : value
  return dump({ it: shown }, { flowLevel: 1, lineWidth: -1 }).slice('it: '.length).trimEnd()
}

/** Prints the whole configuration as YAML, with the origin of each value that is not a default. */
export const printConfig = (config: Config, origins: Origins): string => print(settings(), config, origins, () => false)

/**
 * Prints the values that were set, as a configuration file for another machine. Secrets are commented out: a placeholder could be
 * mistaken for a real token that everybody knows.
 */
export const printPortable = (config: Config, origins: Origins): string =>
  print(
    settings().filter(({ key }) => (origins[key] ?? 'default') !== 'default'),
    config,
    origins,
    ({ secret }) => secret === true,
  )

const print = (
  wanted: readonly Setting[],
  config: Config,
  origins: Origins,
  isLeftOut: (setting: Setting) => boolean,
): string => {
  const lines: string[] = []
  let open: readonly string[] = []
  for (const setting of wanted) {
    const value = readKey(config, setting.key)
    const names = setting.key.split('.')
    const folders = names.slice(0, -1)
    const shared = folders.findIndex((name, i) => open[i] !== name)
    for (let i = shared < 0 ? folders.length : shared; i < folders.length; i++)
      lines.push(`${'  '.repeat(i)}${folders[i]}:`)
    open = folders
    const mark = value === undefined || isLeftOut(setting) ? '# ' : ''
    const start = `${'  '.repeat(folders.length)}${mark}${names.at(-1)}: `
    const origin = origins[setting.key] ?? 'default'
    lines.push(`${start}${showValue(value, setting)}${origin === 'default' ? '' : `  # ${origin}`}`)
  }
  return `${lines.join('\n')}\n`
}

/** Lists the settings that contain a secret: `admin_token`, `notify.0.token`. */
export const secretsSet = (config: Config): readonly string[] =>
  settings().flatMap((setting) => {
    const value = readKey(config, setting.key)
    if (value === undefined) return []
    if (setting.secret === true) return [setting.key]
    if (setting.secret === 'url') return showValue(value, setting) === value ? [] : [setting.key]
    return secretsWithin(value, setting.key)
  })

const secretsWithin = (value: unknown, key: string): readonly string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([name, below]) =>
        !Array.isArray(value) && secretOption.test(name) ? [`${key}.${name}`] : secretsWithin(below, `${key}.${name}`),
      )
    : []

/** The configuration as one JSON document with secrets masked. */
export const configAsJson = (config: Config): object => {
  const root: Record<string, unknown> = {}
  for (const setting of settings()) {
    const value = readKey(config, setting.key)
    if (value === undefined) continue
    const names = setting.key.split('.')
    let node = root
    for (const name of names.slice(0, -1)) {
      const below = node[name]
      // An earlier iteration of this loop created it.
      const next = (typeof below === 'object' && below !== null ? below : {}) as Record<string, unknown>
      node[name] = next
      node = next
    }
    node[names.at(-1) ?? ''] =
      setting.secret || setting.type === 'duration' || setting.type === 'size'
        ? showValue(value, setting)
        : Array.isArray(value)
          ? value.map(withoutSecrets)
          : value
  }
  return root
}

const withoutSecrets = (option: unknown): unknown =>
  typeof option === 'object' && option !== null && !Array.isArray(option)
    ? Object.fromEntries(
        Object.entries(option).map(([name, value]) => [name, secretOption.test(name) ? hidden : withoutSecrets(value)]),
      )
    : option

const withoutPassword = (url: string): string => url.replace(/(:\/\/[^:/@]*):[^@]*@/, `$1:${hidden}@`)
