import { realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'

/** Resolves links; for a missing path, those of its parent folder. */
export const realPath = (path: string): Promise<string> =>
  realpath(path).catch(async () => {
    const folder = dirname(path)
    return folder === path ? path : join(await realPath(folder), basename(path))
  })

/** Returns the relative path below a folder; undefined if the path is outside it. Both paths must be resolved. */
export const relativeBelow = (path: string, folder: string): string | undefined => {
  const way = relative(folder, path)
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way) ? undefined : way
}

/** Resolves a caller's path including links. Returns undefined if it is outside `root`. */
export const confinePath = async (root: string, path: string): Promise<string | undefined> => {
  const real = await realPath(resolve(root, path))
  return relativeBelow(real, await realPath(resolve(root))) === undefined ? undefined : real
}
