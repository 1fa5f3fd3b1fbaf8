import { mkdirSync } from 'node:fs'
import { AppError, messageOf } from '../errors.ts'

/** Makes the data folder if it is missing, readable only by its owner. Throws CONFIG_INVALID if it cannot be made. */
export const makeDataFolder = (path: string): void => {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `The data folder ${path} cannot be made: ${messageOf(error)}.`, {
      hint: 'Check that it is no file, and that this user may write there; or name another one: --data-dir FOLDER or VEDETTE_DATA_DIR.',
      cause: error,
    })
  }
}
