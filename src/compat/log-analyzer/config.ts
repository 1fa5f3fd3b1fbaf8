import { z } from 'zod'

const keys = z
  .strictObject({
    threshold: z.number().min(0).max(1).default(0.8).describe('The score above which a batch is an incident.'),
    ml_url: z
      .url()
      .optional()
      .describe('The URL of an external scorer, used instead of the formula while it responds.'),
    model_version: z.string().optional().describe('The model name in `/meta`.'),
  })
  .prefault({})
  .describe('Compatibility with the log analyser: `POST /ingest`, `GET /incidents`.')

export type LogAnalyzerConfig = z.output<typeof keys>

export const logAnalyzerConfig = {
  keys,
  variables: {
    ML_URL: 'log_analyzer.ml_url',
    MODEL_VERSION: 'log_analyzer.model_version',
    THRESHOLD: 'log_analyzer.threshold',
  },
}
