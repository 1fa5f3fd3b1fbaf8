import { z } from 'zod'
import { configSchema } from './schema.ts'
import { variablesOf } from './variables.ts'

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
  /** Why the setting cannot have a value; undefined if it can. */
  readonly faultOf: (value: unknown) => string | undefined
}

/** The JSON Schema of one key. */
interface Node {
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly description?: string
  readonly secret?: boolean | 'url'
}

/** The JSON Schema of the configuration file, for completion and validation in editors. */
export const configJsonSchema = (): object => toJsonSchema(configSchema)

const toJsonSchema = (schema: z.core.$ZodType): object => z.toJSONSchema(schema, { io: 'input', reused: 'inline' })

const toSettings = (schema: z.core.$ZodType, path: readonly string[]): readonly Setting[] => {
  const shape = shapeOf(schema)
  if (shape) return Object.entries(shape).flatMap(([name, below]) => toSettings(below, [...path, name]))
  const key = path.join('.')
  // Describing all keys takes 50 ms, and a start asks for few of them. `toJSONSchema` returns a Node by construction.
  let known: Node | undefined
  const node = (): Node => {
    known ??= toJsonSchema(schema) as Node
    return known
  }
  return [
    {
      key,
      variables: variablesOf(key),
      get type() {
        return typeName(node())
      },
      get default() {
        return node().default
      },
      get description() {
        return node().description ?? ''
      },
      get secret() {
        return node().secret ?? false
      },
      faultOf: (value) => z.safeParse(schema, value).error?.issues[0]?.message,
    },
  ]
}

/** The keys below a key; undefined if it has none. */
const shapeOf = (schema: z.core.$ZodType): z.core.$ZodShape | undefined => {
  if (schema instanceof z.ZodObject) return schema.shape
  const wrapped = schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault || schema instanceof z.ZodOptional
  if (wrapped) return shapeOf(schema.unwrap())
  return schema instanceof z.ZodPipe ? shapeOf(schema.in) : undefined
}

const typeName = ({ type, format, enum: values }: Node): string => {
  if (values) return values.join(' | ')
  if (format === 'duration' || format === 'size') return format
  return typeof type === 'string' ? type : 'text'
}

let known: readonly Setting[] | undefined

/** Lists every key in schema order. */
export const settings = (): readonly Setting[] => {
  known ??= toSettings(configSchema, [])
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
