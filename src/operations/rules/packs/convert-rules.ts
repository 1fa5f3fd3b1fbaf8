import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AppError, messageOf, unreadableFile } from '../../../errors.ts'
import { type Conversion, convertWazuhRules } from '../../../lib/wazuh-rules/wazuh-rules.ts'

interface ConvertRequest {
  /** Files, or folders of files, with Wazuh rules in XML. */
  readonly paths: readonly string[]
  /** The output folder. Replaces files of an earlier conversion and leaves other files unchanged. */
  readonly output: string
  readonly agentField?: string | undefined
}

/** The report of a conversion, also written to `report.json`. */
export type ConversionReport = Pick<Conversion, 'summary' | 'report'> & { readonly faults: number }

/** Converts Wazuh rules to Sigma files and reports the result of each rule. Throws SOURCE_FAILED. */
export const convertRules = async ({ paths, output, agentField }: ConvertRequest): Promise<ConversionReport> => {
  const files = await readXml(paths)
  const { documents, report, summary, faults } = convertWazuhRules(
    files,
    agentField === undefined ? {} : { agentField },
  )
  const result = { summary, report, faults: faults.length }
  try {
    await mkdir(output, { recursive: true })
    const written = new Set(documents.map(({ name }) => name))
    const former = (await readdir(output)).filter((name) => /^wazuh_\d+\.yml$/.test(name) && !written.has(name))
    for (const name of former) await rm(join(output, name))
    for (const { name, yaml } of documents) await writeFile(join(output, name), yaml)
    await writeFile(join(output, 'report.json'), `${JSON.stringify(result, null, 2)}\n`)
  } catch (error) {
    throw new AppError('SOURCE_FAILED', `Cannot write to ${output}: ${messageOf(error)}.`, { cause: error })
  }
  return result
}

/** In the order of their names, as Wazuh reads them. */
const readXml = async (paths: readonly string[]): Promise<readonly { name: string; text: string }[]> => {
  const files: { name: string; text: string }[] = []
  for (const path of paths) {
    try {
      const found = (await stat(path)).isDirectory()
        ? (await readdir(path))
            .filter((name) => name.endsWith('.xml'))
            .sort()
            .map((name) => join(path, name))
        : [path]
      for (const file of found) files.push({ name: basename(file), text: await readFile(file, 'utf8') })
    } catch (error) {
      throw unreadableFile(path, error)
    }
  }
  return files
}
