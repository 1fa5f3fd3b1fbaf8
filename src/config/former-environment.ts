import { type FormerEnvironment, formerSystems } from '../compat/config.ts'
import type { Environment } from './environment.ts'

/** An older system whose variables are set. */
export interface RecognizedSystem {
  readonly name: string
  /** The variables that have an effect, and those that have none. */
  readonly effective: readonly string[]
  readonly unused: readonly string[]
}

interface FormerMeaning {
  /** Whether a variable sets a key here, because it has this meaning in the system that the environment belongs to. */
  means(variable: string, key: string): boolean
  /** The variables that together name a database of an older system, if no other variable does. */
  readonly database: FormerEnvironment['database']
  /** The older systems with a variable that is set. */
  readonly recognized: readonly RecognizedSystem[]
}

const analyzerPort = '3000'
const loopback = new Set(['127.0.0.1', 'localhost', '::1'])

/**
 * Finds out which older systems an environment was written for. Several of them use the same variables: `DB_HOST` is the source of one and
 * the store of another. If several systems know a variable, it belongs to those whose typical variables are set; if there are none, to all
 * of them.
 */
export const readFormerEnvironment = (env: Environment): FormerMeaning => {
  const isSet = (name: string): boolean => Boolean(env[name] || env[`${name}_FILE`])
  const hasSignature = ({ signature }: FormerEnvironment): boolean =>
    signature.some((entry) => {
      const [name = '', value] = entry.split('=')
      return value === undefined ? isSet(name) : env[name] === value
    })
  const present = formerSystems.filter(hasSignature)

  // A platform sets PORT for the server, on all addresses. The log analyser was started by hand, on its usual port.
  const isAnalyzerPort =
    env.PORT === analyzerPort &&
    !env.VEDETTE_SERVER_PORT &&
    loopback.has(env.VEDETTE_SERVER_HOST || env.HOST || 'localhost') &&
    present.every(({ name }) => name === 'log-analyzer')

  const means = (variable: string, key: string): boolean => {
    if (variable === 'PORT') return (key === 'log_analyzer.port') === isAnalyzerPort
    const owners = formerSystems.filter(({ variables }) => variables[variable] === key)
    const claiming = present.filter((system) => knows(system, variable))
    return owners.length === 0 || claiming.length === 0 || owners.some((owner) => claiming.includes(owner))
  }
  const database = env.DATABASE_URL
    ? undefined
    : present.find(
        (system) =>
          system.database?.variables.some(isSet) &&
          !present.some(
            (other) => other !== system && system.database?.variables.some((name) => name in other.variables),
          ),
      )?.database
  const recognized = formerSystems.flatMap((system): readonly RecognizedSystem[] => {
    const owned = database === system.database && database !== undefined ? database.variables : []
    const effective = [
      ...Object.entries(system.variables).flatMap(([name, key]) => (means(name, key) ? [name] : [])),
      ...owned,
    ].filter(isSet)
    const unused = present.includes(system) ? unusedOf(system).filter(isSet) : []
    return effective.length + unused.length === 0 ? [] : [{ name: system.name, effective, unused }]
  })
  return { means, database, recognized }
}

const unusedOf = ({ unused = {} }: FormerEnvironment): readonly string[] =>
  Object.keys(unused).flatMap((names) => names.split(' '))

const knows = (system: FormerEnvironment, variable: string): boolean =>
  variable in system.variables ||
  (system.database?.variables.includes(variable) ?? false) ||
  unusedOf(system).includes(variable)
