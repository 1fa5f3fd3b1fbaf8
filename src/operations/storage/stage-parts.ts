import { copyFile, mkdir, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { BackupPart } from './backup-manifest.ts'

/** A file of a part: its name in an archive, where it is, and a stamp that changes with each write. */
interface PartFile {
  readonly member: string
  readonly path: string
  readonly stamp: string
}

/** The files that parts consist of at one moment. */
export interface PartListing {
  readonly parts: readonly BackupPart[]
  readonly files: readonly PartFile[]
  /** Parts without files. */
  readonly absent: readonly Omit<BackupPart, 'kind'>[]
}

const mostDepth = 20

/** Lists the files of parts, following links. Skips names that begin with a dot and, in folders of rules, all files but YAML. */
export const listParts = async (wanted: readonly Omit<BackupPart, 'kind'>[]): Promise<PartListing> => {
  const parts: BackupPart[] = []
  const files: PartFile[] = []
  const absent: Omit<BackupPart, 'kind'>[] = []
  for (const part of wanted) {
    const found = await stat(part.path).catch(ignoringAbsence)
    if (!found) {
      absent.push(part)
      continue
    }
    parts.push({ ...part, kind: found.isDirectory() ? 'folder' : 'file' })
    const only = /^(data\/rules|paths\/rules\.paths\/.*)$/.test(part.name) ? /\.ya?ml$/i : undefined
    files.push(...(await filesBelow(part.path, part.name, only, new Set(), 0)))
  }
  return { parts, files: files.sort((a, b) => (a.member < b.member ? -1 : 1)), absent }
}

/** Copies the files of parts to where they lie in an archive. */
export const copyParts = async ({ parts, files }: PartListing, stage: string): Promise<void> => {
  for (const { name, kind } of parts) if (kind === 'folder') await mkdir(join(stage, name), { recursive: true })
  for (const { member, path } of files) {
    await mkdir(dirname(join(stage, member)), { recursive: true })
    await copyFile(path, join(stage, member))
  }
}

const filesBelow = async (
  path: string,
  member: string,
  only: RegExp | undefined,
  seen: Set<string>,
  depth: number,
): Promise<readonly PartFile[]> => {
  const found = await stat(path, { bigint: true }).catch(ignoringAbsence)
  if (!found) return []
  if (found.isFile()) {
    const stamp = `${found.mtimeNs}/${found.ino}/${found.size}`
    return depth === 0 || !only || only.test(member) ? [{ member, path, stamp }] : []
  }
  const identity = `${found.dev}:${found.ino}`
  if (!found.isDirectory() || depth > mostDepth || seen.has(identity)) return []
  seen.add(identity)
  const names = (await readdir(path)).filter((name) => !name.startsWith('.') && !name.includes('\\'))
  const below: PartFile[] = []
  for (const name of names) {
    below.push(...(await filesBelow(join(path, name), `${member}/${name}`, only, seen, depth + 1)))
  }
  return below
}

/** A file may be removed before it is read. */
const ignoringAbsence = (error: unknown): undefined => {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
    return undefined
  throw error
}
