import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib'
import { AppError, messageOf } from '../../errors.ts'
import { anyManifest, type BackupManifest, type BackupMember, backupManifest, manifestPath } from './backup-manifest.ts'
import { tarEntries, writeTar } from './tar.ts'

/** Describes a file for a manifest. */
export const describeMember = async (path: string, file: string): Promise<BackupMember> => {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(file)) {
    bytes += chunk.length
    hash.update(chunk)
  }
  return { path, bytes, sha256: hash.digest('hex') }
}

/**
 * Packs the members of a manifest, which are in `folder`, into one file: tar, compressed with zstd, then a seal. The manifest comes first,
 * so that a reader knows every member before it unpacks any. Returns the size of the archive.
 */
export const packArchive = async (manifest: BackupManifest, folder: string, file: string): Promise<number> => {
  const text = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)
  const members = [
    { path: manifestPath, bytes: text.length, content: () => one(text) },
    ...manifest.members.map(({ path, bytes }) => ({ path, bytes, content: () => readFrom(join(folder, path)) })),
  ]
  await pipeline(
    writeTar(members, Date.parse(manifest.created_at)),
    createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
    sealed(),
    createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }),
  )
  return (await stat(file)).size
}

/**
 * Verifies the whole archive and reads its manifest; writes nothing. Throws SOURCE_FAILED if a byte has changed, if the file was truncated,
 * and for other files; STATE_VERSION for a later format.
 */
export const readManifest = async (file: string): Promise<BackupManifest> => {
  await requireSeal(file)
  for await (const { path, isFile, bytes, content } of entriesOf(file)) {
    if (!isFile || path !== manifestPath || bytes > mostManifest) break
    const parts = await Array.fromAsync(content())
    return parseManifest(Buffer.concat(parts).toString('utf8'), file)
  }
  throw damaged(file, 'it does not begin with a manifest')
}

/**
 * Compares every member with the manifest, and writes it to the file that `placeOf` returns, if any, and syncs it. Throws SOURCE_FAILED at
 * the first entry that differs from the manifest: a link, another path, size or content, a missing or additional entry.
 */
export const unpackArchive = async (
  file: string,
  { members }: Pick<BackupManifest, 'members'>,
  placeOf: (path: string) => string | undefined,
): Promise<void> => {
  const expected = new Map(members.map((member) => [member.path, member]))
  for await (const { path, isFile, bytes, content } of entriesOf(file)) {
    if (path === manifestPath && isFile) continue
    const member = expected.get(path)
    if (!member || !isFile || bytes !== member.bytes) throw damaged(file, `"${path}" is not what its manifest says`)
    expected.delete(path)
    const hash = createHash('sha256')
    const place = placeOf(path)
    if (place !== undefined) await mkdir(dirname(place), { recursive: true, mode: 0o700 })
    const target = place === undefined ? undefined : await open(place, 'wx', 0o600)
    try {
      for await (const part of content()) {
        hash.update(part)
        await target?.writeFile(part)
      }
      await target?.sync()
    } finally {
      await target?.close()
    }
    if (hash.digest('hex') !== member.sha256) throw damaged(file, `the content of "${path}" has changed`)
  }
  const [missing] = expected.keys()
  if (missing !== undefined) throw damaged(file, `"${missing}" is missing`)
}

const mostManifest = 256 * 2 ** 20

const parseManifest = (text: string, file: string): BackupManifest => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw damaged(file, `its manifest is not JSON: ${messageOf(error)}`)
  }
  const format = anyManifest.safeParse(value).data?.format
  if (format !== undefined && format > 1) {
    throw new AppError('STATE_VERSION', `A newer version of Vedette made ${file}: it has format ${format}.`, {
      hint: 'Restore it with that version or a later one.',
    })
  }
  const { success, data, error } = backupManifest.safeParse(value)
  if (success) return data
  const [issue] = error.issues
  throw damaged(file, `its manifest is not valid: ${issue?.path.join('.')} ${issue?.message}`)
}

/**
 * The seal is a frame that zstd programs skip, with the SHA-256 of all bytes before it: zstd itself would overlook some changed bits
 * of its headers, and a tar that ends early.
 */
const sealHeader = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 32, 0, 0, 0])
const sealBytes = sealHeader.length + 32

const sealed = (): Transform => {
  const hash = createHash('sha256')
  return new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
    flush(done) {
      done(null, Buffer.concat([sealHeader, hash.digest()]))
    },
  })
}

const requireSeal = async (file: string): Promise<void> => {
  const { size } = await stat(file)
  if (size <= sealBytes) throw damaged(file, 'it is cut off')
  const seal = Buffer.alloc(sealBytes)
  const opened = await open(file, 'r')
  await opened.read(seal, 0, sealBytes, size - sealBytes).finally(() => opened.close())
  if (!seal.subarray(0, sealHeader.length).equals(sealHeader))
    throw damaged(file, 'it is cut off, or its end has changed')
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { end: size - sealBytes - 1 })) hash.update(chunk)
  if (!hash.digest().equals(seal.subarray(sealHeader.length))) throw damaged(file, 'its checksum does not match')
}

async function* entriesOf(file: string): ReturnType<typeof tarEntries> {
  const { size } = await stat(file)
  const packed = createReadStream(file, { end: size - sealBytes - 1 })
  const unzip = createZstdDecompress()
  packed.once('error', (error) => unzip.destroy(error))
  try {
    yield* tarEntries(packed.pipe(unzip))
  } catch (error) {
    if (error instanceof AppError && error.code !== 'INVALID_REQUEST') throw error
    if (error instanceof Error && 'syscall' in error) throw error
    throw damaged(file, messageOf(error))
  } finally {
    packed.destroy()
    unzip.destroy()
  }
}

const damaged = (file: string, why: string): AppError =>
  new AppError('SOURCE_FAILED', `The archive ${file} cannot be restored: ${why}.`, {
    hint: 'Nothing was changed. Use another backup, or copy this one from its origin again.',
  })

async function* one(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

async function* readFrom(file: string): AsyncGenerator<Buffer> {
  for await (const chunk of createReadStream(file)) yield chunk
}
