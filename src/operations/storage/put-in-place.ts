import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'

/** A file or folder that replaces another. */
const move = z.object({
  place: z.string(),
  /** Where the new one waits, on the same file system; absent when the place becomes empty. */
  staged: z.string().optional(),
  /** The new path of the existing one. */
  kept: z.string(),
})
export type Move = z.output<typeof move>

const journal = z.array(move)

/** The folder, below the data folder, where a restore prepares the new files. */
export const stageOf = (dataDir: string): string => join(dataDir, '.restore')

const journalOf = (dataDir: string): string => join(stageOf(dataDir), 'journal.json')

/**
 * Executes all moves or none, even if the process is killed: once their list is on the disk, `finishMoves` completes them; before, it
 * removes the prepared files.
 */
export const putInPlace = async (dataDir: string, moves: readonly Move[]): Promise<void> => {
  const file = journalOf(dataDir)
  await writeFile(`${file}.new`, JSON.stringify(moves), { mode: 0o600, flush: true })
  await rename(`${file}.new`, file)
  await syncFolder(stageOf(dataDir))
  await finishMoves(dataDir)
}

/** Finishes an interrupted restore: completes it if all files were prepared, else rolls it back. */
export const finishMoves = async (dataDir: string): Promise<void> => {
  const text = await readFile(journalOf(dataDir), 'utf8').catch(ignoring('ENOENT', 'ENOTDIR'))
  const moves = text === undefined ? [] : journal.parse(JSON.parse(text))
  for (const { place, staged, kept } of moves) {
    // Without the new one, the move was done before the interruption.
    if (staged !== undefined && !(await isThere(staged))) continue
    if ((await isThere(place)) && !(await isThere(kept))) {
      await mkdir(dirname(kept), { recursive: true, mode: 0o700 })
      await rename(place, kept)
    }
    if (staged !== undefined) await rename(staged, place)
  }
  for (const folder of new Set(moves.flatMap(({ place, kept }) => [dirname(place), dirname(kept)])))
    await syncFolder(folder)
  await rm(journalOf(dataDir), { force: true })
  await rm(stageOf(dataDir), { recursive: true, force: true })
}

/** Whether a restore was interrupted after it began to move. */
export const isInterrupted = (dataDir: string): Promise<boolean> => isThere(journalOf(dataDir))

/** Syncs the entries of a folder to the disk. */
export const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path, 'r').catch(ignoring('ENOENT'))
  await folder?.sync().finally(() => folder.close())
}

export const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Turns expected failures into `undefined`. */
const ignoring =
  (...codes: readonly string[]) =>
  (error: unknown): undefined => {
    if (error instanceof Error && 'code' in error && codes.some((code) => code === error.code)) return undefined
    throw error
  }
