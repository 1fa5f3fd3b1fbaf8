import { z } from 'zod'
import { messageOf } from '../../errors.ts'
import { compileAgent } from '../../pipeline/detect/agent/agent-reader.ts'
import { type Agent, agent } from '../../schema/agent/agent.ts'
import { defineOperation } from '../operation.ts'

/** Validates an agent without saving it. */
export const validateAgent = defineOperation({
  name: 'validate_agent',
  summary: 'Validates a network agent without saving it.',
  role: 'viewer',
  input: z.strictObject({
    id: z.string().max(200).describe('The agent that it would replace.'),
    agent: z.unknown().describe('The content of its file.'),
  }),
  output: z.object({ is_valid: z.boolean(), errors: z.array(z.string()), warnings: z.array(z.string()) }),
  async run({ id, agent: written }) {
    const { data, error } = agent.safeParse(written)
    const errors = data ? faultsOf(data) : error.issues.map(toWords)
    const isOther = data !== undefined && data.agent_id !== id
    const warnings = isOther ? [`It would not replace "${id}", because its agent_id is "${data.agent_id}".`] : []
    return { is_valid: errors.length === 0, errors, warnings }
  },
})

const toWords = ({ path, message }: z.core.$ZodIssue): string => `${path.join('.') || 'the agent'}: ${message}`

const faultsOf = (written: Agent): string[] => {
  try {
    compileAgent(written)
    return []
  } catch (fault) {
    return [messageOf(fault)]
  }
}
