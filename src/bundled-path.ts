import { resolve } from 'node:path'

/**
 * Returns the absolute path of a file or folder that comes with the program. `src` and the bundle in `dist` are on the same level, so this
 * holds for both; all other modules would be in another folder once they are bundled.
 */
export const bundledPath = (path: string): string => resolve(import.meta.dirname, '..', path)
