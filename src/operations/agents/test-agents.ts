import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { day } from '../../lib/units/time.ts'
import type { Agent } from '../../schema/agent.ts'
import { agentTrial } from '../../schema/agent-trial.ts'
import type { Deps } from '../deps.ts'
import { storedEvents } from '../events/stored-events.ts'
import { defineOperation } from '../operation.ts'
import { parseTime } from '../time.ts'
import { tryAgents } from './agent-trial.ts'

const limits = { maxMs: 30_000, maxEvents: 1_000_000 }

/** Says what agents would have found in the stored events, and stores nothing. */
export const testAgents = defineOperation({
  name: 'test_agents',
  summary: 'Says what network agents would have found in the stored events, by default in those of the last day.',
  role: 'analyst',
  input: z.strictObject({
    agent_id: z.string().max(200).optional().describe('One agent; all that there are without it.'),
    days_back: z.int().min(1).max(30).default(1).describe('How many days to look back, unless a start is given.'),
    start_date: z.string().max(64).optional().describe('From this time on: ISO 8601, or now-6h.'),
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

/** The agents that are asked about. Throws NOT_FOUND when no model has that name. */
export const pickAgents = (agents: readonly Agent[], id: string | undefined): readonly Agent[] => {
  const wanted = agents.filter(({ agent_id }) => id === undefined || agent_id === id)
  if (wanted.length > 0) return wanted
  throw new AppError('NOT_FOUND', `There is no agent "${(id ?? '').slice(0, 80)}".`, {
    hint: `Use one of: ${agents.map(({ agent_id }) => agent_id).join(', ')}.`,
  })
}
