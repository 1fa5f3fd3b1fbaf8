import { RE2JS } from 're2js'
import { z } from 'zod'
import { secret } from '../../config/shapes.ts'

const expression = z.string().min(1).refine(isExpression, 'expected a regular expression (RE2)')

function isExpression(text: string): boolean {
  try {
    RE2JS.compile(text)
    return true
  } catch {
    return false
  }
}

const keys = z
  .strictObject({
    auth_key: secret(
      1,
      'The key that the GraphQL engine sends in `hasura-m-auth`. It lets the engine send results on the main port; the port of the plug-in requires it on every route except `/health`.',
    ),
    excluded_datasets: z
      .array(expression)
      .default([])
      .describe('Regular expressions. Datasets whose names match are neither analysed nor stored.'),
    blocked_queries: z
      .array(expression)
      .default([])
      .describe('Regular expressions. A query that matches one is a severe concern.'),
    alerts: z
      .enum(['off', 'medium', 'high'])
      .default('high')
      .describe('The lowest severity of an anomaly that becomes an alert; `off` for none.'),
    threshold: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe('How far above the usual score an anomalous record is, 0–1. Lower values find more.'),
    role_thresholds: z
      .record(z.string().min(1), z.number().min(0).max(1))
      .default({})
      .describe('Thresholds of single roles, instead of `threshold`: `{ admin: 0.3 }`.'),
    min_training_records: z
      .int()
      .min(20)
      .max(5_000)
      .default(100)
      .describe('The number of records of a query before a model is trained.'),
    max_history: z
      .int()
      .min(100)
      .default(100_000)
      .describe('The number of records to store per query; the oldest are removed first.'),
    max_records_per_batch: z
      .int()
      .min(1)
      .max(1_000)
      .default(50)
      .describe('The number of records of a result that a language model sees.'),
    language_model: z
      .strictObject({
        enabled: z
          .boolean()
          .default(false)
          .describe('Whether the models of triage.llm.providers see queries and some of their results.'),
        api_key: secret(
          1,
          'An API key of Anthropic. With it, a model of Anthropic sees queries, even if `enabled` is false.',
        ),
        model: z.string().min(1).max(200).default('claude-sonnet-4-5').describe('The name of that model.'),
        base_url: z
          .url({ protocol: /^https?$/, error: 'expected an http or https address' })
          .default('https://api.anthropic.com/v1')
          .describe('The base URL of the Anthropic API.'),
        price: z
          .strictObject({ input: z.number().min(0), output: z.number().min(0) })
          .default({ input: 15, output: 75 })
          .describe(
            'The price of that model in dollars per million tokens, high by default. It counts towards triage.llm.budget.',
          ),
        max_tokens: z
          .int()
          .min(1)
          .default(100_000)
          .describe(
            'About how many tokens a question may have with its answer. Records that do not fit are not shown; a question that does not fit without them is not asked.',
          ),
      })
      .prefault({}),
    history_days: z.int().min(0).default(14).describe('How long results are stored; 0 means forever.'),
    anomaly_days: z.int().min(0).default(90).describe('How long anomalies are stored; 0 means forever.'),
    model_days: z
      .int()
      .min(0)
      .default(360)
      .describe('How long the model of an unused query is stored; 0 means forever.'),
  })
  .prefault({})
  .describe('Compatibility with the query-result plug-in: `POST /anomalies`.')

const databaseVariables = ['DB_HOST', 'DB_PORT', 'DB_NAME', 'DB_USER', 'DB_PASSWORD']

export const queryGuardConfig = {
  name: 'query-guard',
  keys,
  signature: [
    'ANOMALY_DETECTION_DATA',
    'CLAUDE_MODEL',
    'DB_CONNECT_ARGS',
    'DB_NAME=anomalies',
    'EXCLUDED_DATASETS',
    'HISTORICAL_RETENTION_DAYS',
    'MAX_HISTORICAL_RECORDS',
    'MAX_RECORDS_PER_BATCH',
    'MINIMUM_TRAINING_RECORDS',
    'MODEL_RETENTION_DAYS',
    'M_AUTH_KEY',
    'SKIP_PATTERNS',
  ],
  database: {
    variables: databaseVariables,
    url(read: (variable: string) => string | undefined): string | undefined {
      const [host, port = '5432', name = 'anomalies', user = 'postgres', password] = databaseVariables.map(read)
      if (host === undefined) return undefined
      const access = password === undefined ? '' : `:${encodeURIComponent(password)}`
      const place = host.includes(':') ? `[${host}]` : host
      return `postgres://${encodeURIComponent(user)}${access}@${place}:${port}/${encodeURIComponent(name)}`
    },
  },
  variables: {
    ANOMALY_DETECTION_DATA: 'data_dir',
    ANOMALY_RETENTION_DAYS: 'query_guard.anomaly_days',
    ANOMALY_THRESHOLD: 'query_guard.threshold',
    ANTHROPIC_API_KEY: 'query_guard.language_model.api_key',
    CLAUDE_MODEL: 'query_guard.language_model.model',
    EXCLUDED_DATASETS: 'query_guard.excluded_datasets',
    HISTORICAL_RETENTION_DAYS: 'query_guard.history_days',
    MAX_HISTORICAL_RECORDS: 'query_guard.max_history',
    MAX_RECORDS_PER_BATCH: 'query_guard.max_records_per_batch',
    MAX_TOKENS: 'query_guard.language_model.max_tokens',
    MINIMUM_TRAINING_RECORDS: 'query_guard.min_training_records',
    MODEL_RETENTION_DAYS: 'query_guard.model_days',
    M_AUTH_KEY: 'query_guard.auth_key',
    WORKERS: 'workers',
  },
  unused: {
    DB_CONNECT_ARGS: 'Set database options in the URL: see "storage.url".',
    STORAGE_PATH: 'Results are stored in the database: see "storage.url".',
    SKIP_PATTERNS: 'Exclude datasets with "query_guard.excluded_datasets".',
  },
}
