import { setImmediate } from 'node:timers/promises'
import { silentLog } from '../../component.ts'
import { messageOf } from '../../errors.ts'
import { minute } from '../../lib/units/time.ts'
import { agentDetector, agentOptions } from '../../pipeline/detect/agent/agent.ts'
import { agentModelDetector, agentModelOptions } from '../../pipeline/detect/agent/agent-model.ts'
import { compileAgent } from '../../pipeline/detect/agent/agent-reader.ts'
import type { Detector } from '../../pipeline/detect/detector.ts'
import type { Agent } from '../../schema/agent/agent.ts'
import type { AgentTrial } from '../../schema/agent/agent-trial.ts'
import type { AgentFinding, Detection } from '../../schema/detection/detection.ts'
import type { Event } from '../../schema/event/event.ts'
import { severityRank } from '../../schema/severity.ts'
import type { TrialLimits } from '../rules/trials/rule-trial.ts'

const mostResults = 200
const chunk = 500

interface AgentTrialOptions {
  readonly agents: readonly Agent[]
  /** In order of time, oldest first. */
  readonly events: AsyncIterable<readonly Event[]>
  readonly limits: TrialLimits
  /** How many findings to return, the most severe first; 200 by default. */
  readonly most?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Runs untrained agents on stored events. Stores nothing. Yields to other work after every few hundred events. */
export const tryAgents = async ({
  agents,
  events,
  limits,
  most = mostResults,
  signal,
}: AgentTrialOptions): Promise<AgentTrial> => {
  const began = performance.now()
  const compiled = agents.map(compileAgent)
  const logs = new Map(compiled.map(({ id }) => [id, 0]))
  let [first, last, count] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]
  const runtime = { now: () => last, fetch, log: silentLog, signal: signal ?? new AbortController().signal }
  const detectors: readonly Detector[] = [
    agentDetector(agents).create(agentOptions.parse({}), runtime),
    agentModelDetector(agents).create(agentModelOptions.parse({}), runtime),
  ]
  const found = new Map<string, AgentDetection>()
  const errors: string[] = []
  const detect = (batch: readonly Event[]): void => {
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
        detect(batch)
        await setImmediate()
        signal?.throwIfAborted()
        const cut =
          count >= limits.maxEvents
            ? 'the event limit was reached'
            : performance.now() - began > limits.maxMs
              ? 'the time limit was reached'
              : undefined
        if (cut === undefined) continue
        errors.push(`Stopped after ${count} lines, because ${cut}; select fewer days or a single agent.`)
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
  // A window without lines closes open findings.
  last += Math.max(0, ...agents.map(({ analysis_rules }) => 2 * analysis_rules.lookback_minutes * minute))
  if (count > 0) detect([])
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
    results: told.slice(0, most).map(toResult),
    errors,
  }
}

type AgentDetection = Detection & { agent: AgentFinding }

const isOfAgent = (detection: Detection): detection is AgentDetection => detection.agent !== undefined

const byType = (detections: readonly AgentDetection[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { agent } of detections) counts[agent.anomaly_type] = (counts[agent.anomaly_type] ?? 0) + 1
  return counts
}

const toResult = (detection: AgentDetection): AgentTrial['results'][number] => ({
  agent_name: detection.agent.agent_name,
  device: detection.entities.find(({ type }) => type === 'host')?.value ?? detection.source,
  device_id: detection.agent.device_id,
  anomaly_type: detection.agent.anomaly_type,
  severity: detection.severity,
  confidence: detection.agent.confidence,
  from: detection.first_seen,
  to: detection.last_seen,
  description: detection.sentence,
  features: detection.agent.features,
  learning: detection.learning,
})

const iso = (time: number): string => new Date(time).toISOString()
