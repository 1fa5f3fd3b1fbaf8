import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import { z } from 'zod'
import { AppError, messageOf } from '../../errors.ts'
import { importIndicators } from '../../operations/intel/import-indicators.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient, toAppError } from '../remote/client.ts'
import { count, visible } from '../terminal/terminal.ts'

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

/** Adds `import FILE`: shows what a list holds, or takes it in. */
export const addIntelImport = (command: Command, context: CommandContext): void => {
  const { out, err, cwd } = context
  addRemoteOptions(command.command('import').description('Take a list of indicators in.'))
    .argument('<file>', 'a plain list, CSV, JSON, a STIX 2.1 bundle, MISP events or warninglists …')
    .option('--name <name>', 'what the list is called; the name of the file unless given')
    .option('--format <format>', 'how it is written; what it looks like unless given')
    .option('--level <level>', 'how grave a hit is, where the list does not say')
    .option('--confidence <share>', 'how sure the list is, 0 to 1, where it does not say')
    .option('--tag <tags...>', 'tags for all entries')
    .option('--tlp <marking>', 'clear, green, amber, amber+strict or red: with whom it may be shared')
    .option('--days <number>', 'for how many days its entries hold')
    .option('--preview', 'say what would change, and change nothing')
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
      if (!response.ok) throw await toAppError(response, true)
      const answer = importIndicators.output.safeParse(await response.json().catch(() => undefined))
      if (!answer.success) throw new AppError('UNAVAILABLE', 'What answered is no Vedette, or one of another version.')
      const { data: result } = answer
      if (json) return out.write(`${JSON.stringify(result, null, 2)}\n`)
      const { entries, added, changed, withdrawn, skipped, samples, notice } = result
      out.write(
        `${result.preview ? 'Preview of' : 'Imported'} ${result.name} (${result.format}): ${count(entries)} entries, ` +
          `${count(added)} new, ${count(changed)} changed, ${count(withdrawn)} taken back\n`,
      )
      if (notice !== '') out.write(`${visible(notice)}\n`)
      for (const one of result.preview ? samples : []) {
        const about = 'list' in one ? one.list : `${one.type}  ${one.threat_level}  ${one.description}`
        out.write(`  ${visible(`${one.value}  ${about}`.trimEnd())}\n`)
      }
      for (const { reason, count: rows, sample } of skipped) {
        err.write(`${visible(`left out ${count(rows)}: ${reason}: ${sample}`)}\n`)
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
    throw new AppError('SOURCE_FAILED', `${file} cannot be read: ${messageOf(error)}`, { cause: error })
  }
}
