import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../../errors.ts'

/** A folder of YAML files, or a single file, with its display name. */
export interface RuleFolder {
  readonly name: string
  readonly path: string
  /** Names of direct subfolders to skip. */
  readonly without?: readonly string[]
  /** Whether it comes with the program and so changes with an update only. */
  readonly isBundled?: boolean
}

/** A file found on disk. */
export interface FoundFile {
  readonly path: string
  /** The display name: `<folder>/<path within>`. */
  readonly name: string
  /** Changes with each write. */
  readonly stamp: string
  readonly bytes: number
}

/** A folder that could not be read. Rules read from it earlier may still be active. */
export interface UnreadableFolder {
  readonly path: string
  readonly name: string
  readonly reason: string
}

const mostFiles = 50_000
const mostDepth = 20
/** How many files to stat at once. */
const width = 32

/** Finds the `*.yml` and `*.yaml` files of a folder, recursively. Skips hidden names and follows links. */
export const findRuleFiles = async ({
  name,
  path,
  without = [],
}: RuleFolder): Promise<{ readonly files: readonly FoundFile[]; readonly unreadable: readonly UnreadableFolder[] }> => {
  const files: FoundFile[] = []
  const unreadable: UnreadableFolder[] = []
  const seen = new Set<string>()

  const walk = async (at: string, called: string, depth: number): Promise<void> => {
    if (files.length >= mostFiles || depth > mostDepth) return
    const isRoot = depth === 0
    try {
      const found = await stat(at)
      if (found.isFile()) {
        if (isRoot || /\.ya?ml$/i.test(at)) {
          const stamp = `${found.mtimeMs}/${found.ctimeMs}/${found.size}`
          files.push({ path: at, name: called, stamp, bytes: found.size })
        }
        return
      }
      const identity = `${found.dev}:${found.ino}`
      if (!found.isDirectory() || seen.has(identity)) return
      seen.add(identity)
      const wanted = (await readdir(at, { withFileTypes: true }))
        .filter((one) => !one.isFile() || /\.ya?ml$/i.test(one.name))
        .map((one) => one.name)
        .filter((one) => !one.startsWith('.') && !(isRoot && without.includes(one)))
      for (let i = 0; i < wanted.length; i += width) {
        await Promise.all(wanted.slice(i, i + width).map((one) => walk(join(at, one), `${called}/${one}`, depth + 1)))
      }
    } catch (error) {
      // A file may vanish during the walk, but a missing configured folder is a fault.
      if (!isRoot && error instanceof Error && 'code' in error && error.code === 'ENOENT') return
      unreadable.push({ path: at, name: called, reason: messageOf(error) })
    }
  }
  await walk(path, name, 0)
  return { files: files.sort((a, b) => (a.name < b.name ? -1 : 1)), unreadable }
}
