import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { TestOptions } from 'vitest'

/** Something that a test needs and that is not in this repository: a server, a browser, a tool, public data. */
export interface Need {
  /** The missing thing and how to get it, e.g. `/usr/bin/chromium is not installed (apt-get install chromium)`; undefined if it is here. */
  readonly missing: string | undefined
  /** Data outside the repository. A run without it is still complete, so CI skips such tests too. */
  readonly isData?: boolean
}

declare module 'vitest' {
  interface TaskMeta {
    /** Why this suite or test is skipped; the closing lines of the run print it. */
    unmet?: { readonly missing: string; readonly isData: boolean }
  }
}

/**
 * The options of a suite or a test that needs something: skips it where any of it is missing. With CI=true only data may be missing;
 * anything else fails the file, so that a green run in CI means that everything ran.
 */
export const needs = (...all: readonly Need[]): TestOptions => {
  const { missing, isData = false } = all.find((need) => need.missing !== undefined) ?? { missing: undefined }
  if (missing === undefined) return {}
  if (inCi && !isData) throw new Error(`CI skips no tests, but ${missing}.`)
  return { skip: true, meta: { unmet: { missing, isData } } }
}

/** CI sets CI=true. */
export const inCi = process.env.CI === 'true'

/** The folder of public data and foreign test suites beside the repository. */
const shared = resolve(import.meta.dirname, '../../shared')

/** A file or folder of `../shared`. */
export const sharedData = (name: string): Need & { readonly path: string } => {
  const path = join(shared, name)
  const absent = existsSync(shared) ? `../shared/${name}` : '../shared'
  return { path, missing: existsSync(path) ? undefined : `${absent} is not here`, isData: true }
}
