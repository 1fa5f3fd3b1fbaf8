import { z } from 'zod'
import { defineWorkerOperation } from '../operation.ts'
import { trainLogModel } from './train-log-model.ts'

/** The interfaces restrict the paths of callers. */
export const trainModel = defineWorkerOperation({
  name: 'train_log_model',
  summary: 'Trains a model for log events on files of the server and stores it there.',
  role: 'admin',
  audits: 'model',
  input: z.strictObject({
    data_path: z.string().min(1).describe('A file or a folder of files.'),
    output_dir: z.string().min(1).describe('The output folder for the model.'),
  }),
  output: z.object({ total_events: z.int(), anomalies_detected: z.int() }),
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
