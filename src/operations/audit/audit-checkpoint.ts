import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Log } from '../../component.ts'
import type { AuditHead } from '../../store/audit/audit-chain.ts'
import type { Store } from '../../store/store.ts'

const head = z.object({ id: z.int().min(1), hash: z.string() })
/** The last row, and where the rows that are kept begin, once retention has removed some. */
const checkpoint = head.extend({ start: head.optional() })
type Checkpoint = z.infer<typeof checkpoint>

interface CheckpointOptions {
  readonly dataDir: string
  readonly audit: Pick<Store['audit'], 'head' | 'hash' | 'start'>
  readonly log: Log
}

/** Where a copy of the audit's head is kept. */
export const auditCheckpointFile = (dataDir: string): string => join(dataDir, 'audit-checkpoint.json')

/**
 * Writes the ends of the audit's chain to a file outside of the database, where somebody who can change the database may not get at it.
 * Rows that are taken off either end show by it. A chain that does not continue the checkpoint is logged, and the checkpoint stays.
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

    /** Writes down where the chain ends and where it begins, if it continues what was written down last. */
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
