import type { z } from 'zod'
import { AppError } from './errors.ts'

/** The structured log of a component. Never log a secret or the text of a record. */
export interface Log {
  debug(facts: object, message: string): void
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

/** Drops every entry. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** The dependencies of a component. */
export interface Runtime {
  /** The clock of the pipeline, in ms: the wall clock on a server, the time of the newest event when analysing history. */
  readonly now: () => number
  readonly fetch: typeof fetch
  readonly log: Log
  readonly signal: AbortSignal
}

/** The contract of every plug-in: a name for the configuration, options with their own validation and documentation, and a factory. */
export interface Component<Options extends z.ZodType, Instance> {
  /** The `type:` in the configuration. Lower-case, hyphenated. */
  readonly name: string
  /** One sentence for the reference page; starts with a verb. */
  readonly summary: string
  /** Validates the options, documents them and renders their form. */
  readonly options: Options
  create(options: z.output<Options>, runtime: Runtime): Instance
}

/** A registry of the components of one kind. It validates options before it creates a component. */
export interface Registry<Instance> {
  readonly names: readonly string[]
  readonly components: readonly Component<z.ZodType, Instance>[]
  /** Creates a component from its `type:` and options; throws CONFIG_INVALID with every fault at once. */
  create(type: string, options: unknown, runtime: Runtime): Instance
}

/** Builds the registry of one kind; throws on duplicate names. */
export const defineRegistry = <Instance>(
  kind: string,
  components: readonly Component<z.ZodType, Instance>[],
): Registry<Instance> => {
  const byName = new Map(components.map((component) => [component.name, component]))
  if (byName.size !== components.length) throw new Error(`Two ${kind}s have the same name.`)
  const names = [...byName.keys()].sort()
  return {
    names,
    components,
    create(type, options, runtime) {
      const component = byName.get(type)
      if (!component) {
        throw new AppError('CONFIG_INVALID', `Unknown ${kind} "${type}".`, {
          hint: `Use one of: ${names.join(', ')}.`,
        })
      }
      const parsed = component.options.safeParse(options)
      if (!parsed.success) {
        throw new AppError('CONFIG_INVALID', `The options of the ${kind} "${type}" are not valid.`, {
          errors: parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
        })
      }
      return component.create(parsed.data, runtime)
    },
  }
}
