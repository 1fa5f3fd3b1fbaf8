import {
  accessSync,
  closeSync,
  constants,
  type Dirent,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { AppError, messageOf } from '../../errors.ts'
import { plainDatabaseUrl } from '../../pipeline/ingest/sql/database-url.ts'
import { decodeText } from '../records/decode-text.ts'
import { type FormerDatabase, openFormerDatabase } from './former-database.ts'

/** Everything of an older installation that was found at one place. */
export interface FormerSource {
  /** The requested place. */
  readonly place: string
  /** Its variables, if it has a file with them. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The file with these variables. */
  readonly environmentFile: string | undefined
  readonly databases: readonly FormerDatabase[]
  /** Absolute paths of files that are neither a database nor variables. */
  readonly files: readonly string[]
  /** Parts that cannot be read, with the reason. */
  readonly problems: readonly { readonly what: string; readonly why: string }[]
  close(): Promise<void>
}

/** Finds the database that an environment names. */
export type DatabaseOf = (environment: FormerSource['environment']) => readonly string[]

const deepest = 4
const mostFiles = 20_000
const skipped = new Set(['node_modules', '.git', '.venv', 'venv', '__pycache__', 'dist', 'build'])

/** Opens a folder, a file with variables, a database file, a database URL or any other file. Throws INVALID_REQUEST if nothing is there. */
export const openFormerSource = async (
  place: string,
  { cwd, databasesOf }: { readonly cwd: string; readonly databasesOf: DatabaseOf },
): Promise<FormerSource> => {
  const isUrl = /^[a-z]+(\+\w+)?:\/\//i.test(place) || place.startsWith('sqlite:')
  const problems: { what: string; why: string }[] = []
  const paths = (isUrl ? [] : filesAt(resolve(cwd, place), place, problems)).filter((path) =>
    isReadable(path, problems),
  )
  const environmentFile = paths.find(isEnvironment)
  const environment = environmentFile === undefined ? {} : parseEnv(decodeText(readFileSync(environmentFile)))
  const folder = environmentFile === undefined ? cwd : dirname(environmentFile)
  const urls = new Set([
    ...(isUrl ? [absolute(plainDatabaseUrl(place), cwd)] : []),
    ...databasesOf(environment).map((url) => absolute(plainDatabaseUrl(url), folder)),
    ...paths.filter(isSqlite).map((path) => `sqlite:${path}`),
  ])
  const databases: FormerDatabase[] = []
  const isRequested = (url: string): boolean => isUrl || url === `sqlite:${resolve(cwd, place)}`
  for (const url of urls) {
    try {
      databases.push(await openFormerDatabase(url))
    } catch (error) {
      // A requested database must be reachable; one that a file of variables names may be on another network.
      if (isRequested(url)) throw error
      problems.push({ what: 'database', why: messageOf(error) })
    }
  }
  return {
    place: databases.length > 0 && isUrl ? (databases[0]?.place ?? place) : place,
    environment,
    environmentFile,
    databases,
    files: paths.filter((path) => path !== environmentFile && !isSqlite(path)),
    problems,
    close: async () => void (await Promise.all(databases.map((database) => database.close()))),
  }
}

const absolute = (url: string, folder: string): string =>
  url.startsWith('sqlite:') && url !== 'sqlite::memory:'
    ? `sqlite:${resolve(folder, url.slice('sqlite:'.length))}`
    : url

type Problems = FormerSource['problems'][number][]

const filesAt = (path: string, given: string, problems: Problems): readonly string[] => {
  if (!existsSync(path)) {
    throw new AppError('INVALID_REQUEST', `There is no file or folder ${given}.`, {
      hint: 'Name a folder, a file or a database URL of the older system: `vedette adopt /opt/old-system`.',
    })
  }
  return statSync(path).isDirectory() ? below(path, deepest, problems).slice(0, mostFiles) : [path]
}

const below = (folder: string, depth: number, problems: Problems): readonly string[] =>
  entriesOf(folder, problems)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isFile()) return [path]
      return entry.isDirectory() && depth > 0 && !skipped.has(entry.name) ? below(path, depth - 1, problems) : []
    })

const entriesOf = (folder: string, problems: Problems): Dirent[] => {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    problems.push({ what: `folder ${folder}`, why: messageOf(error) })
    return []
  }
}

const isReadable = (path: string, problems: Problems): boolean => {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch (error) {
    problems.push({ what: `file ${path}`, why: messageOf(error) })
    return false
  }
}

const isEnvironment = (path: string): boolean => basename(path) === '.env' || extname(path) === '.env'

const magic = 'SQLite format 3\0'

const isSqlite = (path: string): boolean => {
  if (!/\.(db|sqlite3?|database)$/i.test(path) && extname(path) !== '') return false
  const file = openSync(path, 'r')
  try {
    const start = Buffer.alloc(magic.length)
    readSync(file, start, 0, magic.length, 0)
    return start.toString('latin1') === magic
  } finally {
    closeSync(file)
  }
}
