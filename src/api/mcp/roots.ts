import { readFile, realpath, stat } from 'node:fs/promises'
import { isAbsolute, relative, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { AppError } from '../../errors.ts'

const mostBytes = 64 * 1_048_576

/** The folders that tools may read from. */
export interface FileRoots {
  within(path: string): Promise<string>
  readFile(path: string): Promise<string>
}

/** Confines paths to folders; links are followed before they are compared. */
export const createRoots = (folders: readonly string[]): FileRoots => {
  const within = async (path: string): Promise<string> => {
    const [first = '.'] = folders
    const wanted = resolve(first, path)
    const real = await realpath(wanted).catch(() => wanted)
    for (const folder of folders) {
      const way = relative(await realpath(folder).catch(() => resolve(folder)), real)
      if (!way.startsWith('..') && !isAbsolute(way)) return real
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
      if (found.size > mostBytes) {
        throw new AppError('TOO_LARGE', `${path} is larger than ${mostBytes / 1_048_576} MB.`, {
          hint: 'Use `vedette analyze` for large files.',
        })
      }
      const bytes = await readFile(real)
      return (
        bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { maxOutputLength: mostBytes }) : bytes
      ).toString('utf8')
    },
  }
}
