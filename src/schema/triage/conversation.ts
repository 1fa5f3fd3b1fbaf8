import { z } from 'zod'

/** A request to a language model, in the format of the triage services. */
export const taskTypes = ['triage', 'analysis', 'summarization', 'classification', 'code_review', 'general'] as const

const longest = 100_000

/** A conversation with a language model, and the options of its answer. */
export const conversation = z.strictObject({
  task_type: z.enum(taskTypes).default('general'),
  messages: z
    .array(z.looseObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string().max(longest) }))
    .min(1)
    .max(200)
    .refine((all) => all.some(({ role }) => role === 'user'), 'nobody asks anything')
    .refine(
      (all) => all.reduce((sum, { content }) => sum + content.length, 0) <= longest,
      'are longer than 100,000 characters',
    ),
  model: z.string().min(1).max(200).optional().describe('The name of a configured model, or what its vendor calls it.'),
  temperature: z.number().min(0).max(2).default(0.7),
  max_tokens: z.int().min(1).max(32_000).default(2_000),
  top_p: z.number().min(0).max(1).default(0.9),
})
export type Conversation = z.output<typeof conversation>

/** The answer of a model to a conversation. */
export const modelReply = z.object({
  text: z.string(),
  /** `length`: the answer was cut off. */
  finish_reason: z.enum(['stop', 'length', 'content_filter']),
  name: z.string(),
  model: z.string(),
  input_tokens: z.int(),
  output_tokens: z.int(),
  cost_usd: z.number(),
})
export type ModelReply = z.output<typeof modelReply>
