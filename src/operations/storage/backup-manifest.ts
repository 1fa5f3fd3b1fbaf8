import { z } from 'zod'

/** Where members of an archive have their fixed names. */
export const manifestPath = 'manifest.json'
export const databasePath = 'database.sqlite'
export const settingsPath = 'settings.yaml'

const count = z.int().min(0)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** A path within the folder that it is unpacked into. */
const memberPath = z
  .string()
  .max(4_000)
  .refine(
    (path) => path.split('/').every((part) => !['', '.', '..'].includes(part)) && !/[\\\0]|^[a-z]:/i.test(path),
    'leads out of the archive',
  )

const member = z.object({ path: memberPath, bytes: count, sha256 })

const part = z.object({
  /** The member of a file, or the path prefix of the members of a folder. */
  name: memberPath,
  kind: z.enum(['file', 'folder']),
  /** The setting that names its place, and where that was. */
  key: z.string(),
  path: z.string(),
})

/** Describes an archive: its origin, its contents, and what is missing. */
export const backupManifest = z.object({
  format: z.literal(1),
  product: z.object({ name: z.literal('vedette'), version: z.string() }),
  created_at: z.iso.datetime(),
  host: z.string(),
  /** The database, with the migrations it has run and the rows of each table. */
  database: z.object({
    kind: z.enum(['sqlite', 'postgres']),
    migrations: z.array(z.string()),
    tables: z.record(z.string(), count),
    /** Stored events; they lie in blocks, so that no table has a row for each. */
    events: count,
  }),
  /** Valid rules, by origin. */
  rules: z.object({ bundled: count, own: count, imported: count, configured: count }),
  /** Models for log events. */
  log_models: count,
  parts: z.array(part),
  members: z.array(member),
  /** Plain sentences: the omitted data, and the reasons. */
  left_out: z.array(z.string()),
})

export type BackupManifest = z.output<typeof backupManifest>
export type BackupMember = z.output<typeof member>
export type BackupPart = z.output<typeof part>
export type RuleCounts = BackupManifest['rules']

/** Reads the format number alone, so that a later format can be named. */
export const anyManifest = z.looseObject({ format: z.int() })

/** Whether a member belongs to a part. */
export const isOf = (
  { name, kind }: Pick<BackupPart, 'name' | 'kind'>,
  { path }: Pick<BackupMember, 'path'>,
): boolean => (kind === 'file' ? path === name : path.startsWith(`${name}/`))
