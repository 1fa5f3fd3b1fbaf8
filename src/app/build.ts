import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Reads from a checkout which commit it is; an installed package has none and says `unknown`. */
export const readBuild = (root: string): { readonly commit: string; readonly branch: string } => {
  const unknown = { commit: 'unknown', branch: 'unknown' }
  const read = (path: string): string | undefined => {
    try {
      return readFileSync(join(root, '.git', path), 'utf8').trim()
    } catch {
      // A file that is not there, or a `.git` that is no folder: nothing can be told.
      return undefined
    }
  }
  const head = read('HEAD')
  if (head === undefined) return unknown
  const branch = /^ref: refs\/heads\/(.+)$/.exec(head)?.[1]
  if (branch === undefined) return { ...unknown, commit: head }
  const packed = read('packed-refs')
    ?.split('\n')
    .find((line) => line.endsWith(` refs/heads/${branch}`))
  return { branch, commit: read(`refs/heads/${branch}`) ?? packed?.split(' ')[0] ?? 'unknown' }
}
