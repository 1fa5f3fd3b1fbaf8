import { z } from 'zod'
import { defineWorkerOperation } from './operation.ts'
import { trainLogModel } from './train-log-model.ts'

/** Learns a model for log events from files, and writes it. */
export const trainModel = defineWorkerOperation({
  name: 'train_log_model',
  summary: 'Learns a model for log events from files, and writes it into a folder.',
  role: 'analyst',
  input: z.strictObject({ data_path: z.string().min(1), output_dir: z.string().min(1) }),
  output: z.object({ total_events: z.number(), anomalies_detected: z.number() }),
  async run({ data_path, output_dir }, { now }) {
    const { total_events, anomalies_detected } = await trainLogModel({
      dataPath: data_path,
      outputDir: output_dir,
      format: 'auto',
      now,
    })
    return { total_events, anomalies_detected }
  },
})
