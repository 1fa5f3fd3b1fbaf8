import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { day } from '../../lib/units/time.ts'
import type { Agent } from '../../schema/agent/agent.ts'
import { agentTrial } from '../../schema/agent/agent-trial.ts'
import type { Deps } from '../deps.ts'
import { storedEvents } from '../events/stored-events.ts'
import { defineOperation } from '../operation.ts'
import { parseTime } from '../time.ts'
import { tryAgents } from './agent-trial.ts'

const limits = { maxMs: 30_000, maxEvents: 1_000_000 }

/** Runs agents on stored events without storing their findings. */
export const testAgents = defineOperation({
  name: 'test_agents',
  summary: 'Runs network agents on stored events, by default of the last day, without storing findings.',
  role: 'analyst',
  input: z.strictObject({
    agent_id: z.string().max(200).optional().describe('The ID of one agent. The default is all agents.'),
    days_back: z.int().min(1).max(30).default(1).describe('The number of days to look back, without a start time.'),
    start_date: z.string().max(64).optional().describe('The start time: ISO 8601, or now-6h.'),
    end_date: z.string().max(64).optional().describe('Up to this time.'),
  }),
  output: agentTrial,
  async run(
    { agent_id, days_back, start_date, end_date },
    { store, agents, now }: { readonly store: Pick<Deps['store'], 'events'> } & Pick<Deps, 'agents' | 'now'>,
  ) {
    const time = now()
    const to = end_date === undefined ? time : parseTime(end_date, time, 'end', 'end_date')
    const from = start_date === undefined ? to - days_back * day : parseTime(start_date, time, 'start', 'start_date')
    return tryAgents({ agents: pickAgents(agents, agent_id), events: storedEvents(store, { from, to }), limits })
  },
})

/** Returns the requested agents. Throws NOT_FOUND for an unknown name. */
export const pickAgents = (agents: readonly Agent[], id: string | undefined): readonly Agent[] => {
  const wanted = agents.filter(({ agent_id }) => id === undefined || agent_id === id)
  if (wanted.length > 0) return wanted
  throw new AppError('NOT_FOUND', `Unknown agent: "${(id ?? '').slice(0, 80)}".`, {
    hint: `Use one of: ${agents.map(({ agent_id }) => agent_id).join(', ')}.`,
  })
}
