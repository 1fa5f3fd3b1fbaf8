import { readFile, stat } from 'node:fs/promises'
import { isAbsolute, parse, resolve, sep } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { AppError, messageOf } from '../../errors.ts'
import { realPath, relativeBelow } from '../../operations/confine-path.ts'
import { textOfFile } from '../../operations/records/record-content.ts'

const mostBytes = 64 * 1_048_576

/** The folders that tools may read from. */
export interface FileRoots {
  within(path: string): Promise<string>
  readFile(path: string): Promise<string>
}

/**
 * Confines paths to folders; links are followed before they are compared. Refuses dot files there, and the paths of
 * `kept`: our own data and settings, which may lie in the same folder. A program that was started in `/` does not get
 * access to everything by that.
 */
export const createRoots = (folders: readonly string[], kept: readonly string[] = []): FileRoots => {
  const roots = folders.filter((folder) => isAbsolute(folder) || resolve(folder) !== parse(resolve(folder)).root)
  const within = async (path: string): Promise<string> => {
    const [first = '.'] = roots
    const wanted = resolve(first, path)
    const real = await realPath(wanted)
    for (const folder of roots) {
      const way = relativeBelow(real, await realPath(resolve(folder)))
      if (way === undefined) continue
      const ours = await Promise.all(
        kept.map(async (one) => relativeBelow(real, await realPath(resolve(one))) !== undefined),
      )
      if (!ours.includes(true) && !way.split(sep).some((part) => part.startsWith('.'))) return real
      throw new AppError('FORBIDDEN', `${path} is closed to tools, because it may hold secrets.`, {
        hint: 'Copy what shall be analysed to a folder of its own.',
      })
    }
    if (roots.length === 0) {
      throw new AppError('FORBIDDEN', 'Tools may read no files here: no folder was named.', {
        hint: 'Set mcp.roots on the server, or start `vedette mcp` with --root.',
      })
    }
    throw new AppError('FORBIDDEN', `${path} lies outside of the folders that tools may read.`, {
      hint: 'Put it into one of them, or add its folder to mcp.roots.',
    })
  }
  return {
    within,
    async readFile(path) {
      const real = await within(path)
      const found = await stat(real).catch((error: unknown) => {
        throw new AppError('NOT_FOUND', `There is no file ${path}.`, { cause: error, hint: 'Check the path.' })
      })
      if (!found.isFile()) throw new AppError('INVALID_REQUEST', `${path} is no file.`, { hint: 'Name one file.' })
      if (found.size > mostBytes) throw tooLarge(path)
      const bytes = await readFile(real)
      return textOfFile(path, bytes[0] === 0x1f && bytes[1] === 0x8b ? unzip(bytes, path) : bytes)
    },
  }
}

const tooLarge = (path: string): AppError =>
  new AppError('TOO_LARGE', `${path} is larger than ${mostBytes / 1_048_576} MB.`, {
    hint: 'Use `vedette analyze` for large files.',
  })

const unzip = (bytes: Buffer, path: string): Buffer => {
  try {
    return gunzipSync(bytes, { maxOutputLength: mostBytes })
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(path)
    throw new AppError('INVALID_REQUEST', `${path} is no whole gzip file: ${messageOf(error)}.`, {
      hint: 'Pack it again, or name the file that was packed.',
      cause: error,
    })
  }
}
