import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../store/open-store.ts'
import { auditCheckpointFile, createAuditCheckpoint } from './audit-checkpoint.ts'
import { verifyAudit } from './verify-audit.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }

describe('the audit', () => {
  let folder: string
  let store: Awaited<ReturnType<typeof openStore>>
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vedette-audit-'))
    store = await openStore(`sqlite:${join(folder, 'vedette.db')}`, { now: Date.now, log })
  })
  afterEach(async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const write = (count: number) =>
    store.transaction((tx) =>
      store.audit.append(
        Array.from({ length: count }, (_, i) => ({
          time: i,
          actor: 'ana',
          action: 'close',
          target_type: 'alert',
          target_id: `a${i}`,
          old_values: { status: 'triaged' },
          new_values: { status: 'resolved', note: 'quote \' " \u0000 日本' },
          ...(i % 2 === 0 && { ip_address: '192.0.2.1', user_agent: 'curl' }),
        })),
        tx,
      ),
    )
  const checkpoint = () => createAuditCheckpoint({ dataDir: folder, audit: store.audit, log })
  const actor = { name: 'ana', role: 'analyst' } as const
  const verify = (head?: string) => verifyAudit.run({ head }, { store, auditHead: checkpoint().read, actor })
  const db = () => store.connections.write

  it('is whole however it was written, by many at once too', async () => {
    await write(3)
    await Promise.all(Array.from({ length: 10 }, () => write(7)))
    await expect(
      store.transaction(async (tx) => {
        await store.audit.append(
          [{ time: 1, actor: 'x', action: 'x', target_type: 'x', target_id: 'x', old_values: 1, new_values: 2 }],
          tx,
        )
        throw new Error('not after all')
      }),
    ).rejects.toThrow()
    const report = await verify()
    expect(report).toMatchObject({ ok: true, rows: 73, faults: [], checkpoint: null, head: { id: 73 } })
  })

  it('shows what was changed', async () => {
    await write(9)
    await db().updateTable('audit_logs').set({ actor: 'eve' }).where('id', '=', 4).execute()
    expect(await verify()).toMatchObject({ ok: false, faults: [{ id: 4, kind: 'changed' }] })
  })

  it('shows by its checkpoint where the rows that retention kept begin', async () => {
    await write(9)
    const keeper = checkpoint()
    await keeper.advance()
    const old = await verify()
    expect(await store.retention.retain({ audit: 4 })).toMatchObject({ audit: 4 })
    await keeper.advance()
    expect(await keeper.read()).toMatchObject({ id: 10, start: { id: 4 } })
    expect(await verify()).toMatchObject({ ok: true, rows: 6, start: { id: 4 }, head: { id: 10 } })
    expect(await verify(`9:${old.head?.hash}`)).toMatchObject({ ok: true })
    await expect(verify(`3:${'0'.repeat(64)}`)).rejects.toThrow('retention removed the entries up to 4')
    expect(await verify(`4:${'0'.repeat(64)}`)).toMatchObject({ ok: false, faults: [{ id: 4, kind: 'changed' }] })

    // A file that was written before retention ran is no sign of tampering, not even when its row is gone.
    writeFileSync(auditCheckpointFile(folder), JSON.stringify({ id: 2, hash: '0'.repeat(64) }))
    await keeper.advance()
    expect(await keeper.read()).toMatchObject({ id: 10, start: { id: 4 } })

    // Somebody takes more rows away, and writes down that retention did.
    await db().deleteFrom('audit_logs').where('id', '<=', 6).execute()
    expect(await verify()).toMatchObject({ ok: false, faults: [{ id: 5, kind: 'missing' }] })
    const claim = JSON.stringify({ id: 6, hash: '0'.repeat(64) })
    await db().updateTable('audit_logs').set({ new_values: claim }).where('action', '=', 'trim').execute()
    expect((await verify()).ok).toBe(false)
  })

  it('shows by its checkpoint what was taken off its end, even when the store was made to forget it', async () => {
    await write(9)
    const keeper = checkpoint()
    await keeper.advance()
    const before = await verify()
    await db().deleteFrom('audit_logs').where('id', '>', 6).execute()
    await db().updateTable('counters').set({ value: 6 }).where('name', '=', 'audit').execute()
    expect((await verify()).faults).toEqual([
      { id: 7, kind: 'lost', text: 'Rows 7 to 9 were written and are not there any more.' },
    ])
    // Later entries do not hide it, and the checkpoint stays unchanged.
    await write(5)
    await keeper.advance()
    expect(await verify()).toMatchObject({ faults: [{ id: 9, kind: 'changed' }], checkpoint: before.head })
    rmSync(auditCheckpointFile(folder))
    expect((await verify()).ok).toBe(true)
    expect((await verify(`${before.head?.id}:${before.head?.hash}`)).ok).toBe(false)
  })

  it('follows what is written', async () => {
    const keeper = checkpoint()
    await keeper.advance()
    expect(await keeper.read()).toBeUndefined()
    await write(2)
    await keeper.advance()
    await write(2)
    await keeper.advance()
    expect(await keeper.read()).toEqual(await store.audit.head())
  })

  it('says so when its checkpoint is damaged', async () => {
    writeFileSync(auditCheckpointFile(folder), '{')
    await expect(verify()).rejects.toThrow()
  })
})
