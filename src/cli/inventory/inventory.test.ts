import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { sampleAsset } from '../../store/samples.conformance.ts'
import { runFake } from '../cli.fake.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-told-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'assets.csv')
writeFileSync(file, 'hostname,owner\nweb-01,shop\n')

const answer = {
  ...{ preview: true, rows: 4, new: 1, changed: 1, unchanged: 0, failed: 1 },
  columns: [
    { column: 'hostname', field: 'hostnames' },
    { column: 'colour\u001b[2J', field: null },
  ],
  changes: [
    { id: 'web-01', change: 'changed', fields: [{ field: 'owner', before: null, after: 'shop' }] },
    { id: 'db', change: 'new', fields: [] },
  ],
  errors: [{ row: 4, column: 'criticality', message: 'must be one of critical, high, medium, low, not "urgent"' }],
  unmatched: { count: 1, names: ['mail'] },
}

const run = async (argv: readonly string[], body: unknown) => {
  const asked: string[] = []
  const result = await runFake(argv, {
    fetch: async (url, init) => {
      asked.push(`${init?.method ?? 'GET'} ${String(url).replace(/^http:\/\/[^/]+/, '')}`)
      return Response.json(body)
    },
  })
  return { ...result, asked }
}

describe('vedette assets', () => {
  it('previews an import and its faults', async () => {
    const { out, err, code, asked } = await run(['assets', 'import', file, '--preview'], answer)
    expect(asked).toEqual(['POST /api/v1/assets/import?preview=true'])
    expect(out).toBe(
      'Preview: 4 rows, 1 new, 1 changed, 0 unchanged, 1 skipped\n  ~ web-01  owner (nothing) → shop\n  + db\n',
    )
    expect(err).toContain(`${file}:4: criticality must be one of critical, high, medium, low, not "urgent"\n`)
    expect(err).toContain('1 host in logs but not imported: mail\n')
    expect(err).not.toContain('\u001b')
    expect(code).toBe(5)
  })

  it('imports, and exits with 0 if every row is valid', async () => {
    const { out, code, asked } = await run(['assets', 'import', file], { ...answer, preview: false, failed: 0 })
    expect([asked, code]).toEqual([['POST /api/v1/assets/import?preview=false'], 0])
    expect(out).toContain('Imported: 4 rows')
  })

  it('reports an unreadable file', async () => {
    const { err, code } = await run(['assets', 'import', join(folder, 'nothing.csv')], answer)
    expect([code, err]).toEqual([3, expect.stringContaining('No such file or folder: ')])
  })

  it('lists, shows and removes', async () => {
    const item = sampleAsset(1)
    const listed = await run(['assets', '--search', 'web'], { data: [item], next_cursor: null })
    expect(listed.asked).toEqual(['GET /api/v1/assets?search=web&limit=50'])
    expect(listed.out).toContain('asset-000001')
    expect((await run(['assets', 'show', 'a/b'], item)).out).toMatch(/owner +payments/)
    const removed = await run(['assets', 'remove', 'a/b'], {})
    expect([removed.asked, removed.out]).toEqual([['DELETE /api/v1/assets/a%2Fb'], 'a/b removed\n'])
  })
})

describe('vedette users', () => {
  it('imports from a file', async () => {
    const { asked } = await run(['users', 'import', file, '--preview'], { ...answer, failed: 0 })
    expect(asked).toEqual(['POST /api/v1/users/import?preview=true'])
  })
})
