import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

const head = z.object({ id: z.int(), hash: z.string() }).meta({ id: 'AuditHead' })

export const verifyAudit = defineOperation({
  name: 'verify_audit',
  summary: 'Checks the audit chain for changed, removed, added or reordered entries.',
  role: 'auditor',
  input: z.strictObject({
    head: z
      .string()
      .regex(/^[1-9]\d{0,14}:[0-9a-f]{64}$/, 'use the form 120:<64 hexadecimal digits>')
      .optional()
      .describe('A chain head that you recorded earlier, `id:hash`. The chain must still contain it.'),
  }),
  output: z
    .object({
      ok: z.boolean(),
      rows: z.int(),
      /** The last entry; write it down elsewhere to have something to compare with. */
      head: head.nullable(),
      /** The last entry that retention removed; verification starts after it. */
      start: head.nullable(),
      /** The last checkpoint outside the database. */
      checkpoint: head.nullable(),
      faults: z.array(
        z.object({ id: z.int(), kind: z.enum(['changed', 'missing', 'added', 'lost']), text: z.string() }),
      ),
    })
    .meta({ id: 'AuditReport' }),
  async run({ head: given }, { store, auditHead }: Pick<Deps, 'store' | 'auditHead'>) {
    const checkpoint = await auditHead()
    const start = await store.audit.start()
    const [id, hash = ''] = given?.split(':') ?? []
    if (id !== undefined && start && Number(id) < start.id) {
      throw new AppError(
        'INVALID_REQUEST',
        `Entry ${id} cannot be checked: retention removed the entries up to ${start.id}.`,
        {
          hint: `Use the head of entry ${start.id} or later.`,
          errors: [{ path: 'head', message: 'was removed by retention' }],
        },
      )
    }
    const known = [
      ...(checkpoint ? [checkpoint] : []),
      ...(checkpoint?.start ? [checkpoint.start] : []),
      ...(id === undefined ? [] : [{ id: Number(id), hash }]),
    ]
    const { rows, head: last, faults } = await store.audit.verify(known)
    return {
      ok: faults.length === 0,
      rows,
      head: last ?? null,
      start: start ?? null,
      checkpoint: checkpoint ? { id: checkpoint.id, hash: checkpoint.hash } : null,
      faults: faults.slice(0, mostFaults).map((fault) => ({ ...fault })),
    }
  },
})

const mostFaults = 1_000
