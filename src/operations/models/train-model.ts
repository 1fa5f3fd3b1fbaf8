import { z } from 'zod'
import { defineWorkerOperation } from '../operation.ts'
import { trainLogModel } from './train-log-model.ts'

/** Learns a model from files on this machine. Its doors confine the paths that callers name. */
export const trainModel = defineWorkerOperation({
  name: 'train_log_model',
  summary: 'Learns a model for log events from files on the server, and writes it there.',
  role: 'admin',
  audits: 'model',
  input: z.strictObject({
    data_path: z.string().min(1).describe('A file, or a folder with files.'),
    output_dir: z.string().min(1).describe('The folder that the model is written to.'),
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
