import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { unreadableFile } from '../../errors.ts'
import type { CommandContext } from '../cli.ts'

/** Reads a text file, or stdin for `-`. Throws SOURCE_FAILED when it cannot be read. */
export const readText = async (file: string, { stdin, cwd }: CommandContext): Promise<string> => {
  try {
    return file === '-' ? await text(stdin) : await readFile(resolve(cwd, file), 'utf8')
  } catch (error) {
    throw unreadableFile(file, error)
  }
}
