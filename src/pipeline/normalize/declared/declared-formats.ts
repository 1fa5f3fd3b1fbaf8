import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { bundledPath } from '../../../bundled-path.ts'
import { AppError, type ErrorDetail, messageOf } from '../../../errors.ts'
import { createDeclaredFormat, type DeclaredFormat, formatFile, startsWithAny } from './declared-format.ts'

/** Declared formats, by the first character of their lines. */
export type DeclaredFormats = ReadonlyMap<number, readonly DeclaredFormat[]>

const bundled = bundledPath('formats')

/**
 * Reads the bundled formats and those in the given folders. An own format replaces a bundled one with the same name. Throws CONFIG_INVALID
 * with every fault at once.
 */
export const readFormats = (folders: readonly string[]): DeclaredFormats => {
  const found = new Map<string, DeclaredFormat>()
  const errors: ErrorDetail[] = []
  for (const file of [...folders, bundled].flatMap(filesOf)) {
    try {
      const parsed = formatFile.safeParse(load(readFileSync(file, 'utf8'), { maxAliases: 50, maxDepth: 20 }))
      if (parsed.success) {
        if (!found.has(parsed.data.name)) found.set(parsed.data.name, createDeclaredFormat(parsed.data))
      } else
        errors.push(
          ...parsed.error.issues.map(({ path, message }) => ({ path: `${file}: ${path.join('.')}`, message })),
        )
    } catch (error) {
      errors.push({ path: file, message: messageOf(error) })
    }
  }
  if (errors.length > 0) {
    throw new AppError('CONFIG_INVALID', 'A log format is not valid.', {
      hint: 'Compare it with those in the folder "formats" of the program.',
      errors,
    })
  }
  return byFirst([...found.values()].sort((a, b) => b.conditions - a.conditions))
}

const byFirst = (formats: readonly DeclaredFormat[]): DeclaredFormats => {
  const table = new Map<number, DeclaredFormat[]>()
  for (const format of formats) {
    for (const code of new Set(format.starts.map((start) => start.charCodeAt(0)))) {
      table.set(code, [...(table.get(code) ?? []), format])
    }
  }
  return table
}

/** Whether a text may be of a declared format: a test of its beginning. */
export const mayBeDeclared = (formats: DeclaredFormats, text: string): boolean =>
  formats.get(text.charCodeAt(0))?.some(({ starts }) => startsWithAny(text, starts)) ?? false

let ours: DeclaredFormats | undefined

/** Returns the bundled formats, which are read once. */
export const bundledFormats = (): DeclaredFormats => {
  ours ??= readFormats([])
  return ours
}

const filesOf = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(folder, name))
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `The log formats in ${folder} cannot be read: ${messageOf(error)}`, {
      hint: 'Correct formats.paths.',
      cause: error,
    })
  }
}
