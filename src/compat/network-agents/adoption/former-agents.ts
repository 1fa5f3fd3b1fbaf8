import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { dump, load, YAML11_SCHEMA } from 'js-yaml'
import { z } from 'zod'
import { messageOf } from '../../../errors.ts'
import type { FormerSource } from '../../../operations/adoption/former-source.ts'
import type { AdoptionPart, LeftOut } from '../../../operations/adoption/former-system.ts'
import { readAgents } from '../../../operations/agents/read-agents.ts'
import { type Agent, agent } from '../../../schema/agent/agent.ts'

/** The folder of the agents that were taken. */
export const agentsFolder = (folder: string): string => join(folder, 'agents')

const formerAgent = z.looseObject({
  agent_id: z.string().min(1),
  agent_type: z.string(),
  process_filters: z.array(z.string()).nullish(),
  analysis_rules: z.looseObject({}).nullish(),
})
type FormerAgent = z.output<typeof formerAgent>

/** Reads a file as PyYAML does: `yes` is a truth, and `010` is 8. */
const readAgent = (path: string): FormerAgent | undefined => {
  try {
    return formerAgent.safeParse(load(readFileSync(path, 'utf8'), { schema: YAML11_SCHEMA, maxDepth: 50 })).data
  } catch {
    // Other YAML files of the installation need not be agents, nor valid.
    return undefined
  }
}

/** The files of agents in a source. */
export const agentFilesOf = ({ files }: FormerSource): readonly string[] =>
  files.filter((path) => /\.ya?ml$/i.test(path) && readAgent(path) !== undefined)

/** Takes the agents: the parts that Vedette supports, with their thresholds, programs and levels. */
export const agentPart = (source: FormerSource): readonly AdoptionPart[] => {
  const paths = agentFilesOf(source)
  if (paths.length === 0) return []
  return [
    {
      noun: 'agents',
      from: paths.map((path) => basename(path)).join(', '),
      count: async () => paths.length,
      async adopt({ folder }) {
        const bundled = readAgents({ paths: [], resources: {}, thresholds: {} })
        const leftOut: LeftOut[] = []
        let [added, present] = [0, 0]
        mkdirSync(agentsFolder(folder), { recursive: true, mode: 0o700 })
        for (const path of paths) {
          const former = readAgent(path)
          if (!former) continue
          const { converted, notes } = convertAgent(former, bundled)
          const name = basename(path)
          leftOut.push(...notes.map((why) => ({ what: `parts of ${name}`, count: 1, why })))
          if (!converted) continue
          const file = join(agentsFolder(folder), `${converted.agent_id}.yaml`)
          const text = dump(converted)
          const isThere = existsSync(file) && readFileSync(file, 'utf8') === text
          if (!isThere) writeFileSync(file, text, { mode: 0o600 })
          if (isThere) present += 1
          else added += 1
        }
        return { added, present, leftOut }
      },
    },
  ]
}

const numbers = z.record(z.string(), z.unknown()).catch({})
const texts = z.array(z.string()).catch([])

/** Rules of an agent that Vedette has under the same name and with the same meaning. */
const sameRules = [
  ...['lookback_minutes', 'analysis_interval', 'target_levels', 'confidence', 'include_patterns', 'exclude_patterns'],
  ...['alert_cooldown'],
]

/** Converts an agent. It counts the same as the bundled agent of its name, because the older system had that in its code. */
export const convertAgent = (
  former: FormerAgent,
  bundled: readonly Agent[],
): { readonly converted: Agent | undefined; readonly notes: readonly string[] } => {
  const own = agent.safeParse(former)
  if (own.success) return { converted: own.data, notes: [] }
  const notes: string[] = []
  const id = former.agent_id.toLowerCase().replace(/[^a-z0-9]+/g, '_')
  const base = bundled.find(({ agent_id }) => agent_id === id || agent_id === id.replace(/_agent$/, ''))
  const given = former.analysis_rules ?? {}
  const limits = numbers.parse(given.thresholds)
  const used = new Set<string>()
  const thresholds = (base?.analysis_rules.thresholds ?? []).map((one) => {
    const name = [one.anomaly_type, one.feature, `${one.feature}_threshold`].find(
      (key) => typeof limits[key] === 'number',
    )
    if (name === undefined) return one
    used.add(name)
    return { ...one, above: Number(limits[name]) }
  })
  for (const name of Object.keys(limits)) {
    if (!used.has(name))
      notes.push(`Vedette has no threshold "${name}". Add it to the file: see docs/network-agents.md.`)
  }
  const rules = Object.fromEntries(sameRules.flatMap((name) => (given[name] == null ? [] : [[name, given[name]]])))
  const tried = agent.safeParse({
    agent_id: base?.agent_id ?? id,
    name: typeof former.name === 'string' ? former.name : former.agent_id,
    description: typeof former.description === 'string' ? former.description : '',
    agent_type: former.agent_type,
    process_filters: former.process_filters ?? base?.process_filters ?? [],
    capabilities: texts.parse(former.capabilities ?? base?.capabilities),
    analysis_rules: {
      ...base?.analysis_rules,
      ...rules,
      ...(isLevels(given.severity_mapping) && { severity_mapping: given.severity_mapping }),
      thresholds,
    },
  })
  if (tried.success) return { converted: tried.data, notes }
  const [issue] = tried.error.issues
  return {
    converted: undefined,
    notes: [
      `Vedette has no agent "${former.agent_id}" to base it on: ${issue?.path.join('.')}: ${messageOf(issue?.message)}`,
    ],
  }
}

const isLevels = (value: unknown): boolean => z.record(z.string(), z.int().min(1).max(5)).safeParse(value).success
