import type { z } from 'zod'
import { AppError } from './errors.ts'

/** Structured logging, as far as a component may use it. Never log a secret or a record's text. */
export interface Log {
  debug(facts: object, message: string): void
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

/** What a component may touch of the world. */
export interface Runtime {
  /** The clock of the road, in ms: the wall clock on a server, the time of the newest event when history is analysed. */
  readonly now: () => number
  readonly fetch: typeof fetch
  readonly log: Log
  readonly signal: AbortSignal
}

/** What every plug-in is: a name that operators write, options that validate and document themselves, and a way to make one. */
export interface Component<Options extends z.ZodType, Instance> {
  /** The `type:` an operator writes. Lower-case, hyphenated. */
  readonly name: string
  /** One sentence for the reference page; starts with a verb. */
  readonly summary: string
  /** Validates the options, documents them and draws their form. */
  readonly options: Options
  create(options: z.output<Options>, runtime: Runtime): Instance
}

/** A component of one kind whose options are checked when it is made. */
export interface Registry<Instance> {
  readonly names: readonly string[]
  readonly components: readonly Component<z.ZodType, Instance>[]
  /** Makes a component from an operator's `type:` and options; throws CONFIG_INVALID with every fault at once. */
  create(type: string, options: unknown, runtime: Runtime): Instance
}

/** Lists the components of one kind; refuses two of the same name. */
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
        throw new AppError('CONFIG_INVALID', `There is no ${kind} "${type}".`, {
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
