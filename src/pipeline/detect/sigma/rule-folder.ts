import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../../errors.ts'

/** A folder of YAML files, or one such file, and what its content is called. */
export interface RuleFolder {
  readonly name: string
  readonly path: string
  /** Names of folders directly in it that are not looked into. */
  readonly without?: readonly string[]
}

/** A file as the disk tells of it. */
export interface FoundFile {
  readonly path: string
  /** `<folder>/<path within>`: what people call it. */
  readonly name: string
  /** Another one after each write. */
  readonly stamp: string
  readonly bytes: number
}

/** A folder that could not be looked into. What was read of it before may still be there. */
export interface HiddenFolder {
  readonly path: string
  readonly name: string
  readonly reason: string
}

const mostFiles = 50_000
const mostDepth = 20
/** How many files are asked about at once. */
const width = 32

/** Finds the `*.yml` and `*.yaml` files of a folder, however deep; names that begin with a dot are passed over, links followed. */
export const findRuleFiles = async ({
  name,
  path,
  without = [],
}: RuleFolder): Promise<{ readonly files: readonly FoundFile[]; readonly hidden: readonly HiddenFolder[] }> => {
  const files: FoundFile[] = []
  const hidden: HiddenFolder[] = []
  const seen = new Set<string>()

  const look = async (at: string, called: string, depth: number): Promise<void> => {
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
        await Promise.all(wanted.slice(i, i + width).map((one) => look(join(at, one), `${called}/${one}`, depth + 1)))
      }
    } catch (error) {
      // What has gone meanwhile is gone; a whole folder that was configured is missed.
      if (!isRoot && error instanceof Error && 'code' in error && error.code === 'ENOENT') return
      hidden.push({ path: at, name: called, reason: messageOf(error) })
    }
  }
  await look(path, name, 0)
  return { files: files.sort((a, b) => (a.name < b.name ? -1 : 1)), hidden }
}
