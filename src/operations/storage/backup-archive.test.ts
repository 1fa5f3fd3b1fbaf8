import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runs } from '../../../test/depth.ts'
import { describeMember, packArchive, readManifest, unpackArchive } from './backup-archive.ts'
import type { BackupManifest } from './backup-manifest.ts'
import { writeTar } from './tar.ts'

let folder: string
const at = (...names: readonly string[]) => join(folder, ...names)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-archive-'))
  mkdirSync(at('stage/data/rules/own'), { recursive: true })
  writeFileSync(at('stage/database.sqlite'), 'x'.repeat(10_000))
  writeFileSync(at('stage/data/rules/own/a.yml'), 'title: A rule\n')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const manifestOf = async (): Promise<BackupManifest> => ({
  format: 1,
  product: { name: 'vedette', version: '0.1.0' },
  created_at: '2026-01-15T10:00:00.000Z',
  host: 'here',
  database: { kind: 'sqlite', migrations: [], tables: {}, events: 0 },
  rules: { bundled: 0, own: 1, imported: 0, configured: 0 },
  log_models: 0,
  parts: [],
  members: await Promise.all(
    ['database.sqlite', 'data/rules/own/a.yml'].map((path) => describeMember(path, at('stage', path))),
  ),
  left_out: [],
})
const packed = async (): Promise<Buffer> => {
  await packArchive(await manifestOf(), at('stage'), at('archive'))
  return readFileSync(at('archive'))
}
/** Reads an archive as a restore does. */
const restored = async (bytes: Uint8Array): Promise<void> => {
  writeFileSync(at('given'), bytes)
  rmSync(at('out'), { recursive: true, force: true })
  await unpackArchive(at('given'), await readManifest(at('given')), (path) => at('out', path))
}

it('brings every member back, and is read by tar and zstd', async () => {
  const bytes = await packed()
  await restored(bytes)
  expect(readFileSync(at('out/data/rules/own/a.yml'), 'utf8')).toBe('title: A rule\n')
  expect(readFileSync(at('out/database.sqlite'))).toEqual(readFileSync(at('stage/database.sqlite')))
  const { stdout, status } = spawnSync('tar', ['--zstd', '-tf', at('archive')], { encoding: 'utf8' })
  expect([status, stdout]).toEqual([0, 'manifest.json\ndatabase.sqlite\ndata/rules/own/a.yml\n'])
})

describe('an archive that is not as it was written', () => {
  const refused = { code: 'SOURCE_FAILED', message: expect.stringContaining('cannot be restored') }

  it('is refused whichever bit changed', async () => {
    const bytes = await packed()
    // Every byte, or about as many of them as a quick run looks at.
    const step = Math.round(bytes.length / runs(bytes.length))
    for (let byte = 0; byte < bytes.length; byte += step) {
      const changed = Buffer.from(bytes)
      changed[byte] = (changed[byte] ?? 0) ^ (1 << (byte % 8))
      writeFileSync(at('given'), changed)
      await expect(readManifest(at('given')), `byte ${byte}`).rejects.toMatchObject(refused)
    }
  })

  it('is refused wherever it is cut off, and with more or other bytes in it', async () => {
    const bytes = await packed()
    const damage = fc.oneof(
      fc.nat(bytes.length - 1).map((end) => bytes.subarray(0, end)),
      fc.uint8Array({ minLength: 1, maxLength: 600 }).map((more) => Buffer.concat([bytes, more])),
      fc
        .tuple(fc.nat(bytes.length - 1), fc.uint8Array({ minLength: 1, maxLength: 600 }))
        .map(([from, other]) => Buffer.concat([bytes.subarray(0, from), other, bytes.subarray(from + other.length)]))
        .filter((other) => !bytes.equals(other)),
    )
    await fc.assert(
      fc.asyncProperty(damage, async (given) => {
        writeFileSync(at('given'), given)
        await expect(readManifest(at('given'))).rejects.toMatchObject(refused)
      }),
    )
  })

  /** An archive made by hand, its seal as it should be. */
  const forged = async (members: readonly { path: string; text: string; type?: string }[]): Promise<Buffer> => {
    const files = members.map(({ path, text }) => ({
      path,
      bytes: Buffer.byteLength(text),
      content: async function* () {
        yield Buffer.from(text)
      },
    }))
    const tar = zstdCompressSync(Buffer.concat(await Array.fromAsync(writeTar(files, 0))))
    const seal = createHash('sha256').update(tar).digest()
    return Buffer.concat([tar, Buffer.from([0x50, 0x2a, 0x4d, 0x18, 32, 0, 0, 0]), seal])
  }
  const text = 'title: A rule\n'
  const described = async (path: string, content = text) => ({
    path,
    bytes: Buffer.byteLength(content),
    sha256: createHash('sha256').update(content).digest('hex'),
  })
  const withMembers = async (...members: readonly unknown[]) => JSON.stringify({ ...(await manifestOf()), members })

  it.each(['../a.yml', '/etc/a.yml', 'data/../../a.yml', 'data\\a.yml', 'c:a.yml', 'data//a.yml', '.'])(
    'is refused with the path %s',
    async (path) => {
      const manifest = await withMembers(await described(path))
      const bytes = await forged([
        { path: 'manifest.json', text: manifest },
        { path, text },
      ])
      await expect(restored(bytes)).rejects.toMatchObject(refused)
      expect(existsSync(at('out'))).toBe(false)
      expect(readdirSync(folder).sort()).toEqual(['given', 'stage'])
    },
  )

  it('is refused when members and manifest differ', async () => {
    const manifest = { path: 'manifest.json', text: await withMembers(await described('data/a.yml')) }
    await expect(restored(await forged([manifest]))).rejects.toThrow('is missing')
    await expect(restored(await forged([manifest, { path: 'data/b.yml', text }]))).rejects.toThrow('is not what')
    const other = { path: 'data/a.yml', text: text.replace('A', 'B') }
    await expect(restored(await forged([manifest, other]))).rejects.toThrow('has changed')
    const twice = { path: 'data/a.yml', text }
    await expect(restored(await forged([manifest, twice, twice]))).rejects.toThrow('is not what')
    await expect(restored(await forged([twice]))).rejects.toThrow('does not begin with a manifest')
    await expect(restored(await forged([{ path: 'manifest.json', text: '{' }]))).rejects.toThrow('is not JSON')
  })

  it('is refused with a link in it', async () => {
    const manifest = await manifestOf()
    mkdirSync(at('tar'))
    writeFileSync(
      at('tar/manifest.json'),
      JSON.stringify({ ...manifest, members: [{ ...(await described('link')), bytes: 0 }] }),
    )
    spawnSync('ln', ['-s', '/etc/passwd', at('tar/link')])
    spawnSync('tar', ['-cf', at('links.tar'), '-C', at('tar'), 'manifest.json', 'link'])
    const tar = zstdCompressSync(readFileSync(at('links.tar')))
    const seal = createHash('sha256').update(tar).digest()
    const bytes = Buffer.concat([tar, Buffer.from([0x50, 0x2a, 0x4d, 0x18, 32, 0, 0, 0]), seal])
    await expect(restored(bytes)).rejects.toThrow('"link" is not what')
    expect(existsSync(at('out/link'))).toBe(false)
  })

  it('is refused with advice when a newer version made it', async () => {
    const bytes = await forged([{ path: 'manifest.json', text: '{"format":2}' }])
    await expect(restored(bytes)).rejects.toMatchObject({ code: 'STATE_VERSION' })
  })
})
