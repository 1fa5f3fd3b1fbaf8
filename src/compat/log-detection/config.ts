import { z } from 'zod'

export const logDetectionConfig = {
  name: 'log-detection',
  signature: ['BATCH_INTERVAL', 'OUTPUT_DIR'],
  keys: z
    .strictObject({
      model_dir: z
        .string()
        .min(1)
        .default('anomaly_outputs')
        .describe('The folder of the model for log events, loaded on start if it exists.'),
      root: z
        .string()
        .min(1)
        .optional()
        .describe('The folder that models may be loaded from; the parent of `model_dir` by default.'),
    })
    .prefault({})
    .describe('Compatibility with the log detection service: `POST /analyze`, `/models/load`.'),
  variables: { MODEL_DIR: 'log_detection.model_dir', WORKERS: 'workers' },
}
