import type { Scale } from '../shared/window-model.ts'
import type { CompiledAgent } from './agent-reader.ts'
import { type AgentWindow, featureValue } from './agent-window.ts'

/** A difference of less than this, in doublings, means little. */
const grain = 0.25

/** One of the numbers that stand for a window of an agent. */
export interface AgentColumn {
  readonly feature: string
  /** In plain words: `deauth count`, `reason codes 8`. */
  readonly name: string
  /** Whether it only tells how many lines there were. */
  readonly isVolume: boolean
  read(window: AgentWindow): number
}

/** The numbers that stand for a window: each feature, of a histogram each of its numbers; ratios follow from others and are left out. */
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

/** Counts are compared by their ratio. */
export const scaleOf = (columns: readonly AgentColumn[]): Scale => ({
  grains: columns.map(() => grain),
  toScale: (row) => row.map((value) => Math.log2(1 + value)),
})

/** Turns a window into numbers. */
export const toRow = (columns: readonly AgentColumn[], window: AgentWindow): Float64Array =>
  Float64Array.from(columns, ({ read }) => read(window))
