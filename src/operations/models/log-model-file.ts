import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, messageOf } from '../../errors.ts'
import { LogModel } from '../../lib/log-events/log-events.ts'
import { confinePath } from '../confine-path.ts'

/** The file name of a model in its folder. */
export const modelFile = 'model.vedette'

const trainOne = 'Train one: `vedette train --data_path LOGS --output_dir DIR`.'

/** Reads the model of a folder. Throws NOT_FOUND if there is none, INVALID_REQUEST if its file is not a model of Vedette. */
export const loadModelFile = (folder: string, shown = folder): Promise<LogModel> =>
  readModel(join(folder, modelFile), shown)

const readModel = async (file: string, shown: string): Promise<LogModel> => {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new AppError('NOT_FOUND', `Model directory not found: ${shown}`, {
      hint: `The folder must contain a readable file ${modelFile}. ${trainOne}`,
      cause: error,
    })
  })
  try {
    return LogModel.load(bytes)
  } catch (error) {
    throw new AppError('INVALID_REQUEST', `Cannot load the model in ${shown}: ${messageOf(error)}`, {
      hint: `A model is a file ${modelFile}; pickle files are never loaded. ${trainOne}`,
      cause: error,
    })
  }
}

/** Writes a model into a folder atomically. */
export const saveModelFile = async (model: LogModel, folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true })
  const path = join(folder, modelFile)
  await writeFile(`${path}.new`, model.save())
  await rename(`${path}.new`, path)
}

/**
 * Loads a model from a caller's folder below `root`. Throws FORBIDDEN if the folder or file is outside it after
 * resolving links. The message does not reveal `root`.
 */
export const loadModelBelow = async (root: string, folder: string): Promise<LogModel> => {
  const real = await confinePath(root, folder)
  const file = real && (await confinePath(root, join(real, modelFile)))
  if (file) return readModel(file, folder)
  throw new AppError('FORBIDDEN', `${folder} is outside the model root folder.`, {
    hint: 'Move the model below log_detection.root, or change that setting.',
  })
}
