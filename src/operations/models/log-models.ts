import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Log } from '../../component.ts'
import { messageOf } from '../../errors.ts'
import type { LogModels } from '../deps.ts'
import { loadModelBelow, loadModelFile, modelFile } from './log-model-file.ts'

/** Holds the current model for log events. Loads the configured model at the start, if it exists. */
export const createLogModels = async (
  { model_dir, root }: { readonly model_dir: string; readonly root?: string | undefined },
  { now, log }: { readonly now: () => number; readonly log: Log },
): Promise<LogModels> => {
  const configured = resolve(model_dir)
  const base = root === undefined ? dirname(configured) : resolve(root)
  let current: ReturnType<LogModels['current']>
  const load: LogModels['load'] = async (folder = model_dir) => {
    const model = await (folder === model_dir ? loadModelFile(configured, folder) : loadModelBelow(base, folder))
    current = { model, folder, loadedAt: now() }
    return current
  }
  if (existsSync(join(configured, modelFile))) {
    await load().catch((error: unknown) =>
      log.warn({ reason: messageOf(error) }, 'The model for log events was not loaded.'),
    )
  }
  return { current: () => current, load }
}
