import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { bundledPath } from '../../bundled-path.ts'
import { defineOperation } from '../../operations/operation.ts'
import type { BatchScorer } from './batch-scorer.ts'

export const buildView = z.object({
  commit: z.string(),
  branch: z.string(),
  model: z.string(),
  /** Why the external scorer failed last time. */
  scorer_problem: z.string().optional(),
  started_at: z.iso.datetime(),
})

/** Shows the running version and its start time. */
export const getBuild = (scorer: BatchScorer, startedAt: number) => {
  const build = readBuild(bundledPath('.'))
  return defineOperation({
    name: 'get_build',
    summary: 'Shows the commit of the running version, the model that scores batches, and the start time.',
    role: 'viewer',
    input: z.strictObject({}),
    output: buildView,
    async run() {
      const problem = scorer.problem()
      return {
        ...build,
        model: scorer.version ?? 'unknown',
        ...(problem !== undefined && { scorer_problem: problem }),
        started_at: new Date(startedAt).toISOString(),
      }
    },
  })
}

/** Reads the commit of a checkout; an installed package has none and says `unknown`. */
const readBuild = (root: string): { readonly commit: string; readonly branch: string } => {
  const unknown = { commit: 'unknown', branch: 'unknown' }
  const read = (path: string): string | undefined => {
    try {
      return readFileSync(join(root, '.git', path), 'utf8').trim()
    } catch {
      // There is no such file, or `.git` is not a folder.
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
