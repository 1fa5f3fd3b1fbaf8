import { resolve } from 'node:path'

/**
 * Returns the absolute path of a file or folder that comes with the program. `src` and the bundle in `dist` are on the same level, so this
 * holds for both; all other modules would be in another folder once they are bundled.
 */
export const bundledPath = (path: string): string => resolve(import.meta.dirname, '..', path)

/** Returns the absolute path of a file that the build writes beside the bundle. Beside the sources, there is none. */
export const builtPath = (name: string): string => resolve(import.meta.dirname, name)
