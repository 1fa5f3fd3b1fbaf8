import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import Database from 'better-sqlite3'
import { z } from 'zod'
import { translateSqliteError } from './sqlite-error.ts'

/** The server that has a store to itself. */
export interface StoreHolder {
  readonly pid: number
  readonly host: string
  /** When it started, in ms. */
  readonly since: number
  /** Where it listens, once it does. */
  readonly address?: string | undefined
}

export interface StoreLock {
  /** Lets others know where the server listens. */
  announce(address: string): Promise<void>
  release(): Promise<void>
}

const holderShape = z.object({
  pid: z.number(),
  host: z.string(),
  since: z.number(),
  address: z.string().optional(),
})

/**
 * Locks a database file for one server, or says who has it. The lock is one of the operating system, on a file beside the database: it
 * ends with the process, however that ends, and holds across containers that share the folder. A file with a pid would do neither.
 * Backups and other programs may still open the database itself.
 */
export const lockSqliteFile = async (
  path: string,
  holder: StoreHolder,
): Promise<StoreLock | { readonly heldBy: StoreHolder | undefined }> => {
  const file = resolve(path)
  const note = `${file}.server.json`
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const lock = await take(`${file}.lock`)
  if (!lock) return { heldBy: await readHolder(note) }

  const write = async (text: string): Promise<void> => {
    await writeFile(`${note}.part`, text, { mode: 0o600 })
    await rename(`${note}.part`, note)
  }
  await write(JSON.stringify(holder))
  return {
    announce: (address) => write(JSON.stringify({ ...holder, address })),
    async release() {
      await rm(note, { force: true })
      lock.close()
    },
  }
}

/** Takes the lock and holds it in a transaction that never ends; undefined where another process holds it. */
const take = async (file: string): Promise<Database.Database | undefined> => {
  let lock: Database.Database | undefined
  try {
    await writeFile(file, '', { flag: 'ax', mode: 0o600 }).catch(unlessThere)
    // A server that is being restarted may need a moment to let go.
    lock = new Database(file, { timeout: 1_000 })
    lock.exec('begin exclusive')
    return lock
  } catch (error) {
    lock?.close()
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')) return undefined
    throw translateSqliteError(error, file)
  }
}

/** A file that is there already is not opened: closing it would drop a lock that this process holds on it. */
const unlessThere = (error: unknown): void => {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
}

const readHolder = async (note: string): Promise<StoreHolder | undefined> => {
  try {
    return holderShape.parse(JSON.parse(await readFile(note, 'utf8')))
  } catch {
    return undefined
  }
}
