import { mkdir, readFile, realpath, rename, writeFile } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { AppError, messageOf } from '../errors.ts'
import { LogModel } from '../lib/log-events/log-events.ts'

/** What a model is called in its folder. */
export const modelFile = 'model.vedette'

/** Reads the model of a folder. Throws NOT_FOUND without the folder, INVALID_REQUEST when there is no model of ours in it. */
export const loadModelFile = async (folder: string, shown = folder): Promise<LogModel> => {
  const exists = await realpath(folder).catch(() => undefined)
  if (exists === undefined) {
    throw new AppError('NOT_FOUND', `Model directory not found: ${shown}`, {
      hint: 'Train one: `vedette train --data_path LOGS --output_dir DIR`.',
    })
  }
  try {
    return LogModel.load(await readFile(join(folder, modelFile)))
  } catch (error) {
    throw new AppError('INVALID_REQUEST', `There is no model in ${shown}: ${messageOf(error)}`, {
      hint: `A model is a file ${modelFile}; pickles are never read. Train one: \`vedette train --data_path LOGS --output_dir DIR\`.`,
      cause: error,
    })
  }
}

/** Writes a model into a folder, all of it or nothing. */
export const saveModelFile = async (model: LogModel, folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true })
  const path = join(folder, modelFile)
  await writeFile(`${path}.new`, model.save())
  await rename(`${path}.new`, path)
}

/** Finds a folder below `root`, following links. Throws FORBIDDEN when it lies elsewhere. */
export const withinRoot = async (root: string, folder: string): Promise<string> => {
  const wanted = resolve(root, folder)
  const [realRoot, real] = await Promise.all([root, wanted].map((path) => realpath(path).catch(() => path)))
  const way = relative(realRoot ?? root, real ?? wanted)
  if (way !== '' && (way.startsWith('..') || isAbsolute(way))) {
    throw new AppError('FORBIDDEN', `${folder} lies outside of ${root}.`, {
      hint: 'Set log_detection.root to a folder that holds it.',
    })
  }
  return wanted
}
