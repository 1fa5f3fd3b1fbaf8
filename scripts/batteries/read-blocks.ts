import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Reads blocks of lines that begin with `### TITLE` from a file of this folder. Lines before the first block are comments. */
export const readBlocks = (file: string): readonly (readonly [title: string, lines: readonly string[]])[] =>
  readFileSync(join(import.meta.dirname, file), 'utf8')
    .split(/^### /m)
    .slice(1)
    .map((block) => {
      const [title = '', ...lines] = block.trimEnd().split('\n')
      return [title, lines]
    })
