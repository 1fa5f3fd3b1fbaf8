import { compileAgent, toLine } from '../../pipeline/detect/agent/agent-reader.ts'
import { agentOrigin } from '../../pipeline/detect/agent/agent-watch.ts'
import type { Agent } from '../../schema/agent/agent.ts'
import type { AgentTrial } from '../../schema/agent/agent-trial.ts'
import type { Event } from '../../schema/event/event.ts'

type Finding = AgentTrial['results'][number]

/**
 * Returns the most confident finding for each event, by the ID of the event: a line within the time of a finding on its device that the
 * exceeded feature counts. A finding of a model has no single feature, so all lines that its agent reads count. O(events · findings).
 */
export const markEvents = (
  agents: readonly Agent[],
  events: readonly Event[],
  findings: readonly Finding[],
): ReadonlyMap<string, Finding> => {
  const compiled = agents.map(compileAgent)
  const marked = new Map<string, Finding>()
  const byAgent = Map.groupBy(findings, ({ agent_name }) => agent_name)
  for (const event of events) {
    for (const agent of compiled) {
      const found = byAgent.get(agent.id)
      if (!found || !agent.takes(event)) continue
      const line = toLine(event)
      const { host, source } = agentOrigin(agent, event)
      for (const finding of found) {
        const { device, from, to, anomaly_type, confidence } = finding
        if (device !== (host ?? source) || event.time < Date.parse(from) || event.time > Date.parse(to)) continue
        const limit = agent.limits.find((one) => one.anomaly_type === anomaly_type)
        const level = anomaly_type.endsWith(levelSuffix) ? anomaly_type.slice(0, -levelSuffix.length) : undefined
        const reader = limit && agent.readers.get(limit.shown)
        const counts =
          reader && reader.kind !== 'ratio' ? reader.read(line).length > 0 : !level || agent.levelOf(line) === level
        if (counts && confidence > (marked.get(event.id)?.confidence ?? 0)) marked.set(event.id, finding)
      }
    }
  }
  return marked
}

const levelSuffix = '_log_detected'
