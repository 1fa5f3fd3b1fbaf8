import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { load } from 'js-yaml'
import { bundledPath } from '../../bundled-path.ts'
import { AppError, type ErrorDetail, messageOf } from '../../errors.ts'
import { compileAgent } from '../../pipeline/detect/agent/agent-reader.ts'
import { type Agent, type AgentThreshold, agent } from '../../schema/agent/agent.ts'

const bundled = bundledPath('agents')

interface AgentFolders {
  readonly paths: readonly string[]
  /** The limits of `high_cpu`, `high_memory` and `high_disk`, in percent. */
  readonly resources: { readonly [Name in 'cpu' | 'memory' | 'disk']?: number | undefined }
  /** Limits by anomaly type. */
  readonly thresholds: Readonly<Record<string, number>>
}

/** The settings that decide which agents run. */
export interface AgentSettings {
  readonly network_agents: AgentFolders & {
    readonly agents?: readonly string[] | undefined
    readonly database: { readonly host?: string | undefined }
    readonly port?: number | undefined
    readonly sqlite_path?: string | undefined
  }
  readonly compat: { readonly ports: readonly string[] }
}

/** Reads all agents, YAML or JSON. An own agent replaces the bundled one with the same id. Throws CONFIG_INVALID with every fault. */
export const readAgents = ({ paths, resources, thresholds }: AgentFolders): readonly Agent[] => {
  const found = new Map<string, Agent>()
  const errors: ErrorDetail[] = []
  for (const file of [bundled, ...paths].flatMap(filesOf)) {
    try {
      const parsed = agent.safeParse(load(readFileSync(file, 'utf8'), { maxAliases: 50, maxDepth: 50 }))
      if (parsed.success) {
        // Those of the program are known to be valid, and most of them do not run.
        if (dirname(file) !== bundled) compileAgent(parsed.data)
        found.set(parsed.data.agent_id, parsed.data)
      } else {
        errors.push(
          ...parsed.error.issues.map(({ path, message }) => ({ path: `${file}: ${path.join('.')}`, message })),
        )
      }
    } catch (error) {
      // A parser of YAML quotes the text below its first line.
      errors.push({ path: file, message: messageOf(error).split('\n', 1).join() })
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
        message: `Unknown threshold: "${type}".`,
      })),
    })
  }
  const limits = { ...resourceLimits(resources), ...thresholds }
  return agents.map((one) => withThresholds(one, limits))
}

const resourceLimits = (resources: AgentFolders['resources']): Readonly<Record<string, number>> =>
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

/** The active agents: all if the log-agent service is configured, else `wifi`. Throws CONFIG_INVALID for an unknown name. */
export const agentsInForce = (settings: AgentSettings): readonly Agent[] => {
  const { network_agents } = settings
  const all = readAgents(network_agents)
  const wanted = network_agents.agents ?? (isLogAgentSetUp(settings) ? all.map(({ agent_id }) => agent_id) : ['wifi'])
  const errors = wanted
    .filter((id) => !all.some(({ agent_id }) => agent_id === id))
    .map((id) => ({ path: 'network_agents.agents', message: `Unknown agent: "${id}".` }))
  if (errors.length > 0) {
    throw new AppError('CONFIG_INVALID', 'The configuration is not valid.', {
      hint: `Use some of: ${all.map(({ agent_id }) => agent_id).join(', ')}.`,
      errors,
    })
  }
  return all.filter(({ agent_id }) => wanted.includes(agent_id))
}

/** Whether the log-agent service is set up: its database, its port or its file of anomalies. */
export const isLogAgentSetUp = ({ network_agents: { database, port, sqlite_path }, compat }: AgentSettings): boolean =>
  [database.host, port, sqlite_path].some((value) => value !== undefined) ||
  compat.ports.some((wanted) => wanted.startsWith('network-agents'))

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
