import { setImmediate } from 'node:timers/promises'
import type { Log } from '../../component.ts'
import { messageOf } from '../../errors.ts'
import { minute } from '../../lib/units/time.ts'
import { agentDetector, agentOptions } from '../../pipeline/detect/agent/agent.ts'
import { agentModelDetector, agentModelOptions } from '../../pipeline/detect/agent/agent-model.ts'
import { compileAgent } from '../../pipeline/detect/agent/agent-reader.ts'
import type { Detector } from '../../pipeline/detect/detector.ts'
import type { Agent } from '../../schema/agent.ts'
import type { AgentTrial } from '../../schema/agent-trial.ts'
import type { AgentFinding, Detection } from '../../schema/detection.ts'
import type { Event } from '../../schema/event.ts'
import { severityRank } from '../../schema/severity.ts'
import type { TrialLimits } from '../rules/rule-trial.ts'

const mostResults = 200
const chunk = 500
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

interface AgentTrialOptions {
  readonly agents: readonly Agent[]
  /** In order of time, oldest first. */
  readonly events: AsyncIterable<readonly Event[]>
  readonly limits: TrialLimits
  readonly signal?: AbortSignal | undefined
}

/** Judges events of the past with agents that have seen nothing yet; nothing is stored. Gives way to others after every few hundred. */
export const tryAgents = async ({ agents, events, limits, signal }: AgentTrialOptions): Promise<AgentTrial> => {
  const began = performance.now()
  const compiled = agents.map(compileAgent)
  const logs = new Map(compiled.map(({ id }) => [id, 0]))
  let [first, last, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]
  const runtime = { now: () => last, fetch, log: silent, signal: signal ?? new AbortController().signal }
  const detectors: readonly Detector[] = [
    agentDetector(agents).create(agentOptions.parse({}), runtime),
    agentModelDetector(agents).create(agentModelOptions.parse({}), runtime),
  ]
  const found = new Map<string, Told>()
  const errors: string[] = []
  const judge = (batch: readonly Event[]): void => {
    for (const detector of detectors) {
      for (const detection of detector.detect(batch)) if (isOfAgent(detection)) found.set(detection.id, detection)
    }
  }
  const walk = async (): Promise<void> => {
    for await (const page of events) {
      for (let at = 0; at < page.length; at += chunk) {
        const batch = page.slice(at, at + chunk)
        for (const event of batch) {
          for (const { id, takes } of compiled) if (takes(event)) logs.set(id, (logs.get(id) ?? 0) + 1)
          first = Math.min(first, event.time)
          last = Math.max(last, event.time)
        }
        count += batch.length
        judge(batch)
        await setImmediate()
        signal?.throwIfAborted()
        const cut =
          count >= limits.maxEvents
            ? 'there were too many events'
            : performance.now() - began > limits.maxMs
              ? 'there was no more time'
              : undefined
        if (cut === undefined) continue
        errors.push(`It was cut short after ${count} lines, because ${cut}; take fewer days or one agent.`)
        return
      }
    }
  }
  try {
    await walk()
  } catch (error) {
    if (signal?.aborted) throw error
    errors.push(messageOf(error))
  }
  const [from, to] = count > 0 ? [iso(first), iso(last)] : [null, null]
  // What is open ends when a window has passed without a line.
  last += Math.max(0, ...agents.map(({ analysis_rules }) => 2 * analysis_rules.lookback_minutes * minute))
  if (count > 0) judge([])
  const told = [...found.values()].sort(
    (a, b) =>
      severityRank(b.severity) - severityRank(a.severity) || Date.parse(a.first_seen) - Date.parse(b.first_seen),
  )
  return {
    status: errors.length > 0 ? 'completed_with_errors' : 'completed',
    from,
    to,
    logs_processed: count,
    anomalies_detected: told.length,
    test_duration: Math.round(performance.now() - began) / 1000,
    agents: agents.map(({ agent_id, name }) => {
      const its = told.filter(({ agent }) => agent.agent_name === agent_id)
      return { agent_id, name, logs: logs.get(agent_id) ?? 0, anomalies: its.length, by_type: byType(its) }
    }),
    results: told.slice(0, mostResults).map(toResult),
    errors,
  }
}

type Told = Detection & { agent: AgentFinding }

const isOfAgent = (detection: Detection): detection is Told => detection.agent !== undefined

const byType = (told: readonly Told[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { agent } of told) counts[agent.anomaly_type] = (counts[agent.anomaly_type] ?? 0) + 1
  return counts
}

const toResult = (told: Told): AgentTrial['results'][number] => ({
  agent_name: told.agent.agent_name,
  device: told.entities.find(({ type }) => type === 'host')?.value ?? told.source,
  device_id: told.agent.device_id,
  anomaly_type: told.agent.anomaly_type,
  severity: told.severity,
  confidence: told.agent.confidence,
  from: told.first_seen,
  to: told.last_seen,
  description: told.sentence,
  features: told.agent.features,
  learning: told.learning,
})

const iso = (time: number): string => new Date(time).toISOString()
