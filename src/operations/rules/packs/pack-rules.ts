import { readFile, stat } from 'node:fs/promises'
import { zipSync } from 'fflate'
import { unreadableFile } from '../../../errors.ts'
import { findRuleFiles } from '../../../pipeline/detect/sigma/rule-folder.ts'

/** Reads an archive of rules, or packs a folder into one. Throws SOURCE_FAILED. */
export const packRules = async (path: string): Promise<Uint8Array<ArrayBuffer>> => {
  try {
    if ((await stat(path)).isFile() && !/\.ya?ml$/i.test(path)) return Uint8Array.from(await readFile(path))
    const { files, unreadable } = await findRuleFiles({ name: 'rules', path })
    const [first] = unreadable
    if (first) throw new Error(`${first.path}: ${first.reason}`)
    const entries: Record<string, Uint8Array> = {}
    for (const file of files) entries[file.name === 'rules' ? 'rules/rule.yml' : file.name] = await readFile(file.path)
    return zipSync(entries)
  } catch (error) {
    throw unreadableFile(path, error)
  }
}
