import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type CompatPort, compatPorts } from '../api/compat-ports.ts'
import type { CompatSystem } from '../api/compat-system.ts'
import { parseYaml } from '../config/yaml-file.ts'
import type { Config } from '../config.ts'
import { AppError, type ErrorDetail, messageOf } from '../errors.ts'
import { compileAgent } from '../pipeline/detect/agent/agent-reader.ts'
import { type Agent, type AgentThreshold, agent } from '../schema/agent.ts'

/** The agents that come with the program: beside `src` in a checkout, beside `dist` in the package. */
const bundled = resolve(import.meta.dirname, '../../agents')

/** Reads all agents, YAML or JSON; one of your own replaces the one of ours with the same id. Throws CONFIG_INVALID with every fault. */
export const readAgents = ({
  paths,
  resources,
  thresholds,
}: Pick<Config['network_agents'], 'paths' | 'resources' | 'thresholds'>): readonly Agent[] => {
  const found = new Map<string, Agent>()
  const errors: ErrorDetail[] = []
  for (const file of [bundled, ...paths].flatMap(filesOf)) {
    const parsed = agent.safeParse(parseYaml(readFileSync(file, 'utf8'), file).value)
    if (!parsed.success) {
      errors.push(...parsed.error.issues.map(({ path, message }) => ({ path: `${file}: ${path.join('.')}`, message })))
      continue
    }
    try {
      compileAgent(parsed.data)
      found.set(parsed.data.agent_id, parsed.data)
    } catch (error) {
      errors.push({ path: file, message: messageOf(error) })
    }
  }
  if (errors.length > 0) {
    throw new AppError('CONFIG_INVALID', 'An agent is not valid.', {
      hint: 'Compare it with those in the folder "agents" of the program.',
      errors,
    })
  }
  const agents = [...found.values()].sort((a, b) => (a.agent_id < b.agent_id ? -1 : 1))
  const types = new Set(agents.flatMap(({ analysis_rules }) => analysis_rules.thresholds.map(typeOf)))
  const unknown = Object.keys(thresholds).filter((type) => !types.has(type))
  if (unknown.length > 0) {
    throw new AppError('CONFIG_INVALID', 'The configuration is not valid.', {
      hint: `Use some of: ${[...types].sort().join(', ')}.`,
      errors: unknown.map((type) => ({
        path: 'network_agents.thresholds',
        message: `There is no threshold "${type}".`,
      })),
    })
  }
  const limits = { ...resourceLimits(resources), ...thresholds }
  return agents.map((one) => withThresholds(one, limits))
}

const resourceLimits = (resources: Config['network_agents']['resources']): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(resources).flatMap(([what, limit]) => (limit === undefined ? [] : [[`high_${what}`, limit]])),
  )

const typeOf = ({ anomaly_type }: AgentThreshold): string => anomaly_type

const withThresholds = (given: Agent, limits: Readonly<Record<string, number>>): Agent => {
  const { thresholds, fallback_rules } = given.analysis_rules
  const meant = Object.entries(limits).filter(([type]) => thresholds.some((one) => typeOf(one) === type))
  if (meant.length === 0) return given
  return {
    ...given,
    analysis_rules: {
      ...given.analysis_rules,
      thresholds: thresholds.map((one) => ({ ...one, above: limits[typeOf(one)] ?? one.above })),
      fallback_rules: {
        ...fallback_rules,
        rule_based_detection: { ...fallback_rules.rule_based_detection, ...Object.fromEntries(meant) },
      },
    },
  }
}

/** The agents that run. Throws CONFIG_INVALID when the configuration names one that there is not. */
export const agentsInForce = (config: Pick<Config, 'network_agents' | 'compat'>): readonly Agent[] => {
  const { network_agents } = config
  const all = readAgents(network_agents)
  const wanted = network_agents.agents ?? (isMeant(config) ? all.map(({ agent_id }) => agent_id) : ['wifi'])
  const errors = wanted
    .filter((id) => !all.some(({ agent_id }) => agent_id === id))
    .map((id) => ({ path: 'network_agents.agents', message: `There is no agent "${id}".` }))
  if (errors.length > 0) {
    throw new AppError('CONFIG_INVALID', 'The configuration is not valid.', {
      hint: `Use some of: ${all.map(({ agent_id }) => agent_id).join(', ')}.`,
      errors,
    })
  }
  return all.filter(({ agent_id }) => wanted.includes(agent_id))
}

const system = 'network-agents'
/** What firewalls have to say, the kernel writes for them. */
const kernel = 'kernel'

/** Whether somebody set up the service that the agents are of, and not only Vedette. */
const isMeant = ({
  network_agents: { database, port, sqlite_path },
  compat,
}: Pick<Config, 'network_agents' | 'compat'>) =>
  [database.host, port, sqlite_path].some((value) => value !== undefined) ||
  compat.ports.some((wanted) => wanted.startsWith(system))

/** The port on which the clients of the agents find them, unless `compat.ports` opens it already. */
export const agentPorts = (
  config: Pick<Config, 'network_agents' | 'compat' | 'server'>,
  systems: readonly CompatSystem[],
): readonly CompatPort[] => {
  const { network_agents, compat, server } = config
  const { port, host } = network_agents
  const opened = compatPorts(compat.ports, server.port, systems).some(({ system: { name } }) => name === system)
  if (opened || port === 0 || !isMeant(config)) return []
  return compatPorts([port === undefined ? system : `${system}:${port}`], 0, systems)
    .filter((one) => one.port !== server.port)
    .map((one) => ({ ...one, ...(host !== undefined && { host }) }))
}

/** The source that reads the log entries of another program, if the configuration names its database. */
export const agentSources = (
  { database, every, lookback, batch }: Config['network_agents'],
  agents: readonly Agent[],
): Config['sources'] => {
  if (database.host === undefined) return []
  const url = new URL(`postgres://${database.host.includes(':') ? `[${database.host}]` : database.host}`)
  url.port = String(database.port)
  url.username = encodeURIComponent(database.user)
  url.password = encodeURIComponent(database.password ?? '')
  url.pathname = `/${encodeURIComponent(database.name)}`
  // An agent without programs looks at the lines of all.
  const programs = agents.some(({ process_filters }) => process_filters.length === 0)
    ? []
    : [...new Set([...agents.flatMap(({ process_filters }) => process_filters), kernel])]
  return [{ type: 'sql', name: 'log-entries', url: url.href, programs, every, lookback: lookback * 60, batch }]
}

/** Who is told of incidents: those under `notify`, and whom the variables of the service name, unless one of those is called the same. */
export const receiversInForce = ({
  notify,
  network_agents,
}: Pick<Config, 'network_agents' | 'notify'>): Config['notify'] => {
  const { enabled, url, token } = network_agents.notification
  if (!enabled || url === undefined || notify.some(({ name }) => name === system)) return notify
  return [
    ...notify,
    { type: 'webhook', name: system, min_severity: 'medium', url, ...(token !== undefined && { token }) },
  ]
}

const filesOf = (folder: string): readonly string[] => {
  if (!existsSync(folder)) {
    throw new AppError('CONFIG_INVALID', `There is no folder ${folder} with agents.`, {
      hint: 'Correct network_agents.paths.',
    })
  }
  return readdirSync(folder)
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => join(folder, name))
}
