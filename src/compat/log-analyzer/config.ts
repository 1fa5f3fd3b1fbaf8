import { z } from 'zod'

const keys = z
  .strictObject({
    threshold: z.number().min(0).max(1).default(0.8).describe('The score above which a batch is an incident.'),
    ml_url: z
      .url()
      .optional()
      .describe('The URL of an external scorer, used instead of the formula while it responds.'),
    port: z
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe(
        'The port of its clients on `compat.host`; none by default. `PORT=3000` opens it, unless the server listens beyond loopback.',
      ),
    model_version: z.string().optional().describe('The model name in `/meta`.'),
  })
  .prefault({})
  .describe('Compatibility with the log analyser: `POST /ingest`, `GET /incidents`.')

export type LogAnalyzerConfig = z.output<typeof keys>

export const logAnalyzerConfig = {
  name: 'log-analyzer',
  keys,
  signature: ['ML_URL', 'THRESHOLD'],
  variables: {
    ML_URL: 'log_analyzer.ml_url',
    MODEL_VERSION: 'log_analyzer.model_version',
    PORT: 'log_analyzer.port',
    THRESHOLD: 'log_analyzer.threshold',
  },
}
