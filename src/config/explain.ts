import { whyUnused } from '../compat/config.ts'
import type { LoadedConfig } from '../config.ts'
import { AppError } from '../errors.ts'
import { closest, didYouMean } from '../lib/spelling/closest.ts'
import { readKey, showValue } from './print.ts'
import { settingOf, settings } from './settings.ts'

/** Everything `config explain` prints about one key. */
export interface Explanation {
  readonly key: string
  readonly value: string
  readonly origin: string
  readonly type: string
  readonly default: string
  readonly description: string
  readonly variables: readonly string[]
}

/** Explains a key, each key below it, or the key that a variable sets; throws INVALID_REQUEST if it does not exist. */
export const explainConfig = (key: string, { config, origins }: LoadedConfig): readonly Explanation[] => {
  const variable = key.replace(/_FILE$/, '')
  const exact = settingOf(key) ?? settings().find(({ variables }) => variables.includes(variable))
  const wanted = exact ? [exact] : settings().filter((setting) => setting.key.startsWith(`${key}.`))
  const unused = whyUnused(key)
  if (unused) throw new AppError('INVALID_REQUEST', `${key} has no effect.`, { hint: unused })
  if (wanted.length === 0) {
    const names = settings().map((setting) => setting.key)
    const last = lastOf(key)
    const meant = closest(last, names.map(lastOf)) ?? last
    const candidates = names.filter((name) => lastOf(name) === meant)
    throw new AppError('INVALID_REQUEST', `Unknown key "${key}".`, {
      hint:
        candidates.length > 0
          ? `Did you mean ${candidates.map((name) => `"${name}"`).join(' or ')}?`
          : didYouMean(key, names),
    })
  }
  return wanted.map((setting) => ({
    key: setting.key,
    value: showValue(readKey(config, setting.key), setting),
    origin: origins[setting.key] ?? 'default',
    type: setting.type,
    default: setting.default === undefined ? '(none)' : showValue(setting.default, { ...setting, secret: false }),
    description: setting.description,
    variables: setting.variables,
  }))
}

const lastOf = (key: string): string => key.split('.').at(-1) ?? key
