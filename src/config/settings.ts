import { z } from 'zod'
import { variablesOf } from './environment.ts'
import { configSchema } from './schema.ts'

/** One key of the configuration, as described by the schema. */
export interface Setting {
  /** Dotted: `server.port`. */
  readonly key: string
  readonly type: string
  readonly default: unknown
  readonly description: string
  /** `true` masks the whole value, `url` only a password in it. */
  readonly secret: boolean | 'url'
  /** The variables that set it, in order of precedence; each also with `_FILE`. */
  readonly variables: readonly string[]
}

interface Node {
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly description?: string
  readonly secret?: boolean | 'url'
  readonly properties?: Readonly<Record<string, Node>>
}

/** The JSON Schema of the configuration file, for completion and validation in editors. */
export const configJsonSchema = (): object => z.toJSONSchema(configSchema, { io: 'input', reused: 'inline' })

const toSettings = (node: Node, path: readonly string[]): readonly Setting[] => {
  if (node.properties) {
    return Object.entries(node.properties).flatMap(([name, below]) => toSettings(below, [...path, name]))
  }
  const key = path.join('.')
  return [
    {
      key,
      type: typeName(node),
      default: node.default,
      description: node.description ?? '',
      secret: node.secret ?? false,
      variables: variablesOf(key),
    },
  ]
}

const typeName = ({ type, format, enum: values }: Node): string => {
  if (values) return values.join(' | ')
  if (format === 'duration' || format === 'size') return format
  return typeof type === 'string' ? type : 'text'
}

let known: readonly Setting[] | undefined

/** Lists every key in schema order. */
export const settings = (): readonly Setting[] => {
  // `toJSONSchema` returns a Node by construction.
  known ??= toSettings(configJsonSchema() as Node, [])
  return known
}

/** Finds a key by name. */
export const settingOf = (key: string): Setting | undefined => settings().find((setting) => setting.key === key)

/** Lists the names directly below a key (`''` is the root). */
export const namesBelow = (key: string): readonly string[] => {
  const start = key === '' ? '' : `${key}.`
  const names = settings()
    .filter((setting) => setting.key.startsWith(start))
    .map((setting) => setting.key.slice(start.length).split('.')[0] ?? '')
  return [...new Set(names)]
}
