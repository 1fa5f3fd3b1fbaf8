import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Deps } from '../../operations/deps.ts'
import { defineOperation } from '../../operations/operation.ts'
import type { AgentThreshold } from '../../schema/agent/agent.ts'
import { severities, severity } from '../../schema/severity.ts'
import type { NetworkAgentsConfig } from './config.ts'

interface Limit {
  readonly name: string
  readonly limit: number
  readonly isLowest: boolean
  /** From 1 to 5. */
  readonly severity: AgentThreshold['severity']
  readonly confidence: number
}

const lowest: readonly string[] = ['signal_strength', 'data_rate']

/** Links have no severity of their own, and that a number exceeds a threshold is certain. */
const linkLimits = (link: NetworkAgentsConfig['link']): readonly Limit[] =>
  Object.entries(link).map(([name, limit]) => ({
    ...{ name, limit, isLowest: lowest.includes(name) },
    ...{ severity: 3, confidence: 1 },
  }))

const agentLimits = (agents: Deps['activeAgents']): readonly Limit[] =>
  agents.flatMap(({ analysis_rules }) =>
    analysis_rules.thresholds.map(({ feature, above, severity, confidence }) => ({
      ...{ name: feature, limit: above, isLowest: false },
      ...{ severity, confidence },
    })),
  )

/** Compares measurements of a network with thresholds: those of links, and those of the agents for the counts of one window. */
export const createPredictAnomaly = (link: NetworkAgentsConfig['link']) =>
  defineOperation({
    name: 'predict_anomaly',
    summary: 'Compares measurements of a network with the thresholds of links and of the network agents.',
    role: 'viewer',
    input: z.strictObject({ measurements: z.record(z.string().max(200), z.unknown()) }),
    output: z.object({
      anomaly_detected: z.boolean(),
      confidence: z.number(),
      severity,
      description: z.string(),
      timestamp: z.string(),
      /** Measurements without a threshold. */
      not_compared: z.array(z.string()),
    }),
    async run({ measurements }, { activeAgents, now }: Pick<Deps, 'activeAgents' | 'now'>) {
      const { timestamp, ...rest } = measurements
      const limits = Map.groupBy([...linkLimits(link), ...agentLimits(activeAgents)], ({ name }) => name)
      const compared = Object.keys(rest).filter((name) => limits.has(name))
      if (compared.length === 0) {
        throw new AppError('INVALID_REQUEST', 'None of the measurements has a threshold.', {
          hint: `Send some of: ${[...limits.keys()].sort().join(', ')}.`,
        })
      }
      const exceeded = compared.flatMap((name) => {
        const value = z.number().safeParse(rest[name])
        if (!value.success) throw new AppError('INVALID_REQUEST', `The measurement "${name}" is not a number.`)
        return (limits.get(name) ?? [])
          .filter(({ limit, isLowest }) => (isLowest ? value.data < limit : value.data > limit))
          .map((limit) => ({ ...limit, value: value.data }))
      })
      const level = exceeded.reduce((most, one) => Math.max(most, levelOf(one)), 0)
      return {
        anomaly_detected: exceeded.length > 0,
        confidence: exceeded.reduce((most, { confidence }) => Math.max(most, confidence), 0),
        severity: severities[level - 1] ?? 'info',
        description:
          exceeded.length === 0
            ? 'No measurement exceeds its threshold.'
            : exceeded
                .map(
                  ({ name, value, limit, isLowest }) =>
                    `${name} is ${value}, ${isLowest ? 'below' : 'above'} ${limit}.`,
                )
                .join(' '),
        timestamp: typeof timestamp === 'string' ? timestamp.slice(0, 64) : new Date(now()).toISOString(),
        not_compared: Object.keys(rest).filter((name) => !limits.has(name)),
      }
    },
  })

const levelOf = ({ severity, value }: Limit & { readonly value: number }): number =>
  typeof severity === 'number' ? severity : Math.min(5, Math.max(1, Math.floor(value / severity.per)))
