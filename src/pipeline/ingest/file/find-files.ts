import { glob, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileReasonOf } from '../../../errors.ts'

/** A file that was not read, or not all of it, with the reason. */
export interface SkippedFile {
  readonly path: string
  readonly reason: string
  /** The number of the last line that was read, if any was. */
  readonly lastLine?: number
}

/** The files found by paths, folders and patterns. */
export interface FoundFiles {
  readonly files: readonly string[]
  /** Named pipes and devices, which are read once. */
  readonly pipes: readonly string[]
  readonly unreadable: readonly SkippedFile[]
}

/**
 * Finds the files of paths, folders (recursively, without hidden names and READMEs) and patterns with `*`, `**`, `?`, `[…]`, `{…}`.
 * Returns each file once.
 */
export const findFiles = async (paths: readonly string[]): Promise<FoundFiles> => {
  const files: string[] = []
  const pipes: string[] = []
  const unreadable: SkippedFile[] = []
  const seen = new Set<string>()

  const visit = async (path: string, named: boolean): Promise<void> => {
    try {
      const found = await stat(path, { bigint: true })
      const identity = `${found.dev}:${found.ino}`
      if (found.isDirectory() || found.isFile()) {
        // Skip cyclic links and overlapping patterns.
        if (seen.has(identity)) return
        seen.add(identity)
      }
      if (found.isDirectory()) {
        const names = (await readdir(path)).filter((name) => !/^(?:\.|README(?:\.\w+)?$)/.test(name)).sort()
        for (const name of logsOfContainer(names) ?? logsOfApt(names) ?? names) await visit(join(path, name), false)
      } else if (found.isFile()) {
        files.push(path)
      } else if (named) {
        pipes.push(path)
      }
    } catch (error) {
      // Ignore a dangling link inside a folder.
      if (!named && isGone(error)) return
      unreadable.push({ path, reason: fileReasonOf(error) })
    }
  }

  for (const path of paths) {
    if (!hasPattern(path) || (await exists(path))) {
      await visit(path, true)
      continue
    }
    const matches: string[] = []
    for await (const match of glob(path)) matches.push(match)
    if (matches.length === 0) unreadable.push({ path, reason: 'No file matches this pattern.' })
    for (const match of matches.sort()) await visit(match, basename(match).startsWith('.'))
  }
  return { files, pipes, unreadable }
}

/**
 * Returns the logs in the folder that Docker or Podman keeps for a container; undefined for other folders. The container's configuration beside
 * them contains its environment, and secrets in it.
 */
const logsOfContainer = (names: readonly string[]): readonly string[] | undefined => {
  const isDocker = names.includes('config.v2.json') && names.some((name) => /^[\da-f]{64}-json\.log/.test(name))
  const isPodman = names.includes('config.json') && names.includes('ctr.log')
  return isDocker || isPodman ? names.filter((name) => /^(?:[\da-f]{64}-json|ctr)\.log/.test(name)) : undefined
}

/**
 * Returns the logs in the folder of apt; undefined for other folders. `history.log` says with times what `term.log` shows as it was on the
 * terminal; `eipp.log` is a request to the solver.
 */
const logsOfApt = (names: readonly string[]): readonly string[] | undefined =>
  names.includes('history.log') && names.some((name) => name.startsWith('term.log'))
    ? names.filter((name) => !/^(?:term|eipp)\.log/.test(name))
    : undefined

/** Whether a file that was found has been renamed or removed since; the next scan sees the result. */
export const isGone = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT'

const hasPattern = (path: string): boolean => /[*?[{]/.test(path)

const exists = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
