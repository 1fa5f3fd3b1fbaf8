import { RE2JS } from 're2js'
import { z } from 'zod'
import { secret } from './shapes.ts'

const expression = z.string().min(1).refine(isExpression, 'expected a regular expression (RE2)')

function isExpression(text: string): boolean {
  try {
    RE2JS.compile(text)
    return true
  } catch {
    return false
  }
}

/** What watches the results of queries. */
export const queryGuard = z
  .strictObject({
    auth_key: secret(
      1,
      'The key that the GraphQL engine sends in `hasura-m-auth`. On the main port it may send results; the plug-in’s own port asks for it on every route but `/health`.',
    ),
    excluded_datasets: z
      .array(expression)
      .default([])
      .describe('Regular expressions; datasets whose names they find something in are neither judged nor kept.'),
    blocked_queries: z
      .array(expression)
      .default([])
      .describe('Regular expressions; a query that one of them finds something in is a grave concern.'),
    alerts: z
      .enum(['off', 'medium', 'high'])
      .default('high')
      .describe('The mildest oddity of a result that becomes an alert; `off`: none does.'),
    threshold: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe('How far above the usual a record must score to be odd, 0–1; less finds more.'),
    min_training_records: z
      .int()
      .min(20)
      .max(5_000)
      .default(100)
      .describe('How many records of a query there must be before a model is made of them.'),
    max_history: z
      .int()
      .min(100)
      .default(100_000)
      .describe('How many records of a query are kept; then the oldest go.'),
    max_records_per_batch: z
      .int()
      .min(1)
      .max(1_000)
      .default(50)
      .describe('How many records of a result a language model is shown, where there is one.'),
    language_model: z
      .strictObject({
        enabled: z
          .boolean()
          .default(false)
          .describe('Whether the models of triage.llm.providers read queries and some of their results.'),
        api_key: secret(1, 'A key of Anthropic: with it, a model of theirs reads queries, whatever `enabled` says.'),
        model: z.string().min(1).max(200).default('claude-sonnet-4-5').describe('That model, as Anthropic calls it.'),
        base_url: z
          .url({ protocol: /^https?$/, error: 'expected an http or https address' })
          .default('https://api.anthropic.com/v1')
          .describe('Where the API of Anthropic begins.'),
        price: z
          .strictObject({ input: z.number().min(0), output: z.number().min(0) })
          .default({ input: 15, output: 75 })
          .describe(
            'What that model costs, in dollars for a million tokens; dear unless said otherwise. triage.llm.budget is reckoned with it.',
          ),
      })
      .prefault({}),
    history_days: z.int().min(0).default(14).describe('How long results are kept; 0 is for ever.'),
    anomaly_days: z.int().min(0).default(90).describe('How long what was odd is kept; 0 is for ever.'),
    model_days: z
      .int()
      .min(0)
      .default(360)
      .describe('How long the model of a query that nobody asks any more is kept; 0 is for ever.'),
  })
  .describe('The contract of the query-result plug-in: `POST /anomalies`.')
