import { realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'

/** Follows links; for a path that does not exist yet, those of the folder above it. */
export const realPath = (path: string): Promise<string> =>
  realpath(path).catch(async () => {
    const folder = dirname(path)
    return folder === path ? path : join(await realPath(folder), basename(path))
  })

/** The way from a folder down to a path, both without links; undefined when the path lies elsewhere. */
export const wayDown = (path: string, folder: string): string | undefined => {
  const way = relative(folder, path)
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way) ? undefined : way
}

/** Resolves a path that a caller names, following links. Undefined when it lies outside of `root`. */
export const confinePath = async (root: string, path: string): Promise<string | undefined> => {
  const real = await realPath(resolve(root, path))
  return wayDown(real, await realPath(resolve(root))) === undefined ? undefined : real
}
