import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Log } from '../component.ts'
import type { AuditHead } from '../store/audit-chain.ts'
import type { Store } from '../store/store.ts'

const checkpoint = z.object({ id: z.int().min(1), hash: z.string() })

interface CheckpointOptions {
  readonly dataDir: string
  readonly audit: Pick<Store['audit'], 'head' | 'hash'>
  readonly log: Log
}

/** Where a copy of the audit's head is kept. */
export const auditCheckpointFile = (dataDir: string): string => join(dataDir, 'audit-checkpoint.json')

/**
 * Writes the head of the audit's chain down outside of the database, where whoever can change the database may not get at it: what is
 * taken off the end of the chain shows by it. What does not fit what was written down is told, and never written over.
 */
export const createAuditCheckpoint = ({ dataDir, audit, log }: CheckpointOptions) => {
  const file = auditCheckpointFile(dataDir)
  let told = false

  const read = async (): Promise<AuditHead | undefined> => {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    })
    return text === undefined ? undefined : checkpoint.parse(JSON.parse(text))
  }

  return {
    read,

    /** Writes down where the chain stands, if it goes on from what was written down last. */
    async advance(): Promise<void> {
      const [known, head] = await Promise.all([read(), audit.head()])
      if (known && (!head || (await audit.hash(known.id)) !== known.hash)) {
        if (!told) log.error({ row: known.id }, 'The audit was tampered with: `vedette audit verify` tells more.')
        told = true
        return
      }
      if (!head || head.id === known?.id) return
      await writeFile(`${file}.new`, JSON.stringify(head), { mode: 0o600 })
      await rename(`${file}.new`, file)
    },
  }
}
