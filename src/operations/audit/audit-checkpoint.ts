import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Log } from '../../component.ts'
import type { AuditHead } from '../../store/audit/audit-chain.ts'
import type { Store } from '../../store/store.ts'

const head = z.object({ id: z.int().min(1), hash: z.string() })
/** The last row, and the first row after retention removed older ones. */
const checkpoint = head.extend({ start: head.optional() })
type Checkpoint = z.infer<typeof checkpoint>

interface CheckpointOptions {
  readonly dataDir: string
  readonly audit: Pick<Store['audit'], 'head' | 'hash' | 'start'>
  readonly log: Log
}

/** The path of the copy of the audit head. */
export const auditCheckpointFile = (dataDir: string): string => join(dataDir, 'audit-checkpoint.json')

/**
 * Writes the ends of the audit chain to a file outside the database, which an attacker with database access may not
 * reach. Removed rows at either end become detectable. Logs a chain that does not continue the checkpoint, and leaves
 * the checkpoint unchanged.
 */
export const createAuditCheckpoint = ({ dataDir, audit, log }: CheckpointOptions) => {
  const file = auditCheckpointFile(dataDir)
  let told = false

  const read = async (): Promise<Checkpoint | undefined> => {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    })
    return text === undefined ? undefined : checkpoint.parse(JSON.parse(text))
  }

  const continues = async ({ id, hash, start: before }: Checkpoint, start: AuditHead | undefined): Promise<boolean> => {
    if (before && (!start || start.id < before.id)) return false
    if (before && start?.id === before.id && start.hash !== before.hash) return false
    // Retention of another process may have removed the row.
    return id < (start?.id ?? 0) || (await audit.hash(id)) === hash
  }

  return {
    read,

    /** Records the current ends of the chain if it continues the last checkpoint. */
    async advance(): Promise<void> {
      const [known, head, start] = await Promise.all([read(), audit.head(), audit.start()])
      if (known && !(head && (await continues(known, start)))) {
        if (!told) log.error({ row: known.id }, 'The audit was tampered with. Run `vedette audit verify` for details.')
        told = true
        return
      }
      if (!head || (head.id === known?.id && start?.id === known.start?.id)) return
      await writeFile(`${file}.new`, JSON.stringify({ ...head, ...(start && { start }) }), { mode: 0o600 })
      await rename(`${file}.new`, file)
    },
  }
}
