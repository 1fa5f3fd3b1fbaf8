import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { RuleFileText } from './rule-archive.ts'

/** How many files are written at once. */
const width = 16

/** Writes an import to a hidden folder. Returns the function that replaces the earlier import with it. */
export const prepareImport = async (
  folder: string,
  name: string,
  files: readonly RuleFileText[],
): Promise<() => Promise<void>> => {
  const next = join(folder, `.${name}.new`)
  await rm(next, { recursive: true, force: true })
  await mkdir(next, { recursive: true, mode: 0o700 })
  for (const made of new Set(files.map(({ path }) => dirname(path)))) await mkdir(join(next, made), { recursive: true })
  for (let i = 0; i < files.length; i += width) {
    await Promise.all(files.slice(i, i + width).map(({ path, text }) => writeFile(join(next, path), text)))
  }
  return async () => {
    const old = join(folder, `.${name}.old`)
    await rm(old, { recursive: true, force: true })
    if (await exists(join(folder, name))) await rename(join(folder, name), old)
    await rename(next, join(folder, name))
    await rm(old, { recursive: true, force: true })
  }
}

/** Removes an import; returns false if there is none. */
export const deleteRuleImport = async (folder: string, name: string): Promise<boolean> => {
  if (!(await exists(join(folder, name)))) return false
  const gone = join(folder, `.${name}.gone`)
  await rm(gone, { recursive: true, force: true })
  await rename(join(folder, name), gone)
  await rm(gone, { recursive: true, force: true })
  return true
}

/** Finishes an import that a crash interrupted: restores the old folder unless the new one is in place. */
export const recoverImports = async (folder: string): Promise<void> => {
  for (const entry of await readdir(folder).catch(() => [])) {
    const [, name, step] = /^\.(.+)\.(new|old|gone)$/.exec(entry) ?? []
    if (name === undefined) continue
    if (step === 'old' && !(await exists(join(folder, name)))) await rename(join(folder, entry), join(folder, name))
    else await rm(join(folder, entry), { recursive: true, force: true })
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
