import type { Scale } from '../shared/window-model.ts'
import type { CompiledAgent } from './agent-reader.ts'
import { type AgentWindow, featureValue } from './agent-window.ts'

/** A difference below this, in doublings, means little. */
const grain = 0.25

/** One feature of an agent's window. */
export interface AgentColumn {
  readonly feature: string
  /** The label: `deauth count`, `reason codes 8`. */
  readonly name: string
  /** Whether it only counts lines. */
  readonly isVolume: boolean
  read(window: AgentWindow): number
}

/** Returns the columns of a window: each feature, and each number of a histogram. Skips ratios, because they follow from other features. */
export const columnsOf = (agent: CompiledAgent): readonly AgentColumn[] =>
  [...agent.readers].flatMap(([feature, reader]): AgentColumn[] => {
    if (reader.kind === 'ratio') return []
    const name = feature.replaceAll('_', ' ')
    if (reader.kind === 'count' && reader.slots > 1) {
      return Array.from({ length: reader.slots }, (_, i) => ({
        feature,
        name: `${name} ${reader.from + i}`,
        isVolume: false,
        read: ({ sums }) => sums[reader.slot + i] ?? 0,
      }))
    }
    const given = agent.agent.analysis_rules.feature_extraction[feature]
    const isVolume = given !== undefined && 'lines' in given && given.lines === 'all'
    return [{ feature, name, isVolume, read: (window) => featureValue(window, agent, feature) ?? 0 }]
  })

/** Compares counts by their ratio. */
export const scaleOf = (columns: readonly AgentColumn[]): Scale => ({
  grains: columns.map(() => grain),
  toScale: (row) => row.map((value) => Math.log2(1 + value)),
})

/** Turns a window into a row of numbers. */
export const agentRow = (columns: readonly AgentColumn[], window: AgentWindow): Float64Array =>
  Float64Array.from(columns, ({ read }) => read(window))
