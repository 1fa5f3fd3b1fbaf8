import { isDeepStrictEqual } from 'node:util'
import type { Log } from '../component.ts'
import { readKey } from '../config/print.ts'
import { settings } from '../config/settings.ts'
import type { Config } from '../config.ts'
import { messageOf } from '../errors.ts'

interface ReloadParts {
  /** The settings that the program was started with. */
  readonly started: Config
  readonly rules: { refresh(): Promise<{ readonly inForce: number; readonly faults: readonly unknown[] }> }
  /** Tables that are read from files and from the store, by name. */
  readonly tables: Readonly<Record<string, () => Promise<unknown>>>
  /** Applies changed settings. Returns the ones that need a restart. */
  readonly apply: Readonly<Record<string, (config: Config) => readonly string[]>>
  readonly log: Log
}

/** Settings that `apply` handles. */
const applied = new Set([
  'admin_token',
  'health_token',
  'network_agents.notification.token',
  'network_agents.notification.url',
  'notify',
  'query_guard.auth_key',
  'server.tls.cert',
  'server.tls.key',
])

/**
 * Creates the reload of a running server: rules, tables, secrets and other settings that need no restart. Reloads run one after another
 * and never reject: failures are logged, and the previous state stays active.
 */
export const createReload = (parts: ReloadParts): ((load: () => Promise<Config>) => Promise<void>) => {
  let last = Promise.resolve()
  return (load) => {
    last = last.then(() => reload(parts, load))
    return last
  }
}

const reload = async (
  { started, rules, tables, apply, log }: ReloadParts,
  load: () => Promise<Config>,
): Promise<void> => {
  const failed: string[] = []
  const attempt = async <Result>(name: string, work: () => Result | Promise<Result>): Promise<Result | undefined> => {
    try {
      return await work()
    } catch (error) {
      failed.push(name)
      log.error({ part: name, reason: messageOf(error) }, 'Cannot reload; the previous version stays active.')
      return undefined
    }
  }

  const found = await attempt('rules', rules.refresh)
  for (const [name, refresh] of Object.entries(tables)) await attempt(name, refresh)
  const config = await attempt('configuration', load)
  const restart = config ? changedSettings(started, config).filter((key) => !applied.has(key)) : []
  if (config) {
    for (const [name, use] of Object.entries(apply)) restart.push(...((await attempt(name, () => use(config))) ?? []))
  }
  if (restart.length > 0) log.warn({ settings: restart }, 'These settings changed and need a restart.')
  log.info(
    { rules: found?.inForce, rule_faults: found?.faults.length, failed },
    'Reloaded rules, context tables and secrets.',
  )
}

const changedSettings = (before: Config, after: Config): string[] =>
  settings()
    .map(({ key }) => key)
    .filter((key) => !isDeepStrictEqual(readKey(before, key), readKey(after, key)))
