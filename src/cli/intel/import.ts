import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { AppError, unreadableFile } from '../../errors.ts'
import { importIndicators } from '../../operations/intel/import-indicators.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient, responseError } from '../remote/client.ts'
import { counted, formatCount, visible } from '../terminal/terminal.ts'

const optionShape = z.object({
  name: z.string().optional(),
  format: z.string().optional(),
  level: z.string().optional(),
  confidence: z.string().optional(),
  tag: z.array(z.string()).optional(),
  tlp: z.string().optional(),
  days: z.string().optional(),
  preview: z.boolean().optional(),
  json: z.boolean().optional(),
})

/** Adds `import FILE`: imports a list of indicators, or previews the import. */
export const addIntelImport = (command: Command, context: CommandContext): void => {
  const { out, err, cwd } = context
  addRemoteOptions(command.command('import').description('Import a list of indicators.'))
    .argument('<file>', 'a plain list, CSV, JSON, a STIX 2.1 bundle, MISP events or warninglists …')
    .option('--name <name>', 'name of the list; the file name by default')
    .option('--format <format>', 'format of the list; detected by default')
    .option('--level <level>', 'threat level of entries without one')
    .option('--confidence <share>', 'confidence of entries without one, 0 to 1')
    .option('--tag <tags...>', 'tags to add to all entries')
    .option('--tlp <marking>', 'sharing marking: clear, green, amber, amber+strict or red')
    .option('--days <number>', 'days until the entries expire')
    .option('--preview', 'show the changes without making them')
    .action(async (file: string, options: unknown) => {
      const { name, format, level, confidence, tag, tlp, days, preview, json } = optionShape.parse(options)
      const query = new URLSearchParams({
        name: name ?? nameOf(file),
        preview: String(preview === true),
        ...(format !== undefined && { format }),
        ...(level !== undefined && { level }),
        ...(confidence !== undefined && { confidence }),
        ...(tag !== undefined && { tags: tag.join(',') }),
        ...(tlp !== undefined && { tlp }),
        ...(days !== undefined && { valid_days: days }),
      })
      const response = await createClient(options, context).ask(`/api/v1/intel/import?${query}`, {
        method: 'POST',
        headers: { 'content-type': 'text/plain' },
        body: await read(resolve(cwd, file), file),
      })
      if (!response.ok) throw await responseError(response, true)
      const answer = importIndicators.output.safeParse(await response.json().catch(() => undefined))
      if (!answer.success)
        throw new AppError('UNAVAILABLE', 'The server is not Vedette, or runs another version of it.')
      const { data: result } = answer
      if (json) return out.write(`${JSON.stringify(result, null, 2)}\n`)
      const { entries, added, changed, withdrawn, skipped, samples, notice } = result
      out.write(
        `${result.preview ? 'Preview of' : 'Imported'} ${result.name} (${result.format}): ${counted(entries, 'entry', 'entries')}, ` +
          `${formatCount(added)} new, ${formatCount(changed)} changed, ${formatCount(withdrawn)} withdrawn\n`,
      )
      if (notice !== '') out.write(`${visible(notice)}\n`)
      for (const one of result.preview ? samples : []) {
        const about = 'list' in one ? one.list : `${one.type}  ${one.threat_level}  ${one.description}`
        out.write(`  ${visible(`${one.value}  ${about}`.trimEnd())}\n`)
      }
      for (const { reason, count: rows, sample } of skipped) {
        err.write(`${visible(`skipped ${counted(rows, 'row')}: ${reason}: ${sample}`)}\n`)
      }
    })
}

const nameOf = (file: string): string =>
  basename(file)
    .replace(/\.\w+$/, '')
    .replaceAll(/[^\w.-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 63)

const read = async (path: string, file: string): Promise<Uint8Array<ArrayBuffer>> => {
  try {
    return new Uint8Array(await readFile(path))
  } catch (error) {
    throw unreadableFile(file, error)
  }
}
