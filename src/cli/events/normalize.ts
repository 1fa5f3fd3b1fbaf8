import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { unreadableFile } from '../../errors.ts'
import { explainSamples } from '../../operations/records/normalize-samples.ts'
import type { CommandContext } from '../cli.ts'
import { visible } from '../terminal/terminal.ts'

const batchSize = 256

/** `vedette normalize`: shows the parsed fields of each line. */
export const define = (command: Command, context: CommandContext): void => {
  command
    .requiredOption('--input <file>', 'JSON lines `{"id","kind","encoding"?,"input"}`, or plain lines; `-` for stdin')
    .option('--formats <folder>', 'a folder of your own log formats')
    .option('--json', 'print one JSON object per line of input')
    .action(async (options: { readonly input: string; readonly formats?: string; readonly json?: boolean }) => {
      const { out, now } = context
      let good = 0
      let all = 0
      const answer = (samples: readonly unknown[]) => {
        for (const explained of explainSamples(
          samples,
          now(),
          options.formats === undefined ? [] : [options.formats],
        )) {
          all += 1
          if (explained.ok) good += 1
          out.write(options.json ? `${JSON.stringify(explained)}\n` : describe(explained))
        }
      }
      let samples: unknown[] = []
      for await (const sample of readSamples(options.input, context)) {
        samples.push(sample)
        if (samples.length < batchSize) continue
        answer(samples)
        samples = []
      }
      answer(samples)
      context.end(all === 0 || (good === 0 && !options.json) ? 3 : 0)
    })
}

async function* readSamples(input: string, { stdin }: CommandContext): AsyncGenerator<unknown> {
  const stream = input === '-' ? stdin : createReadStream(input)
  try {
    let number = 0
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1
      if (line.trim() !== '') yield toSample(line, number)
    }
  } catch (error) {
    throw unreadableFile(input, error)
  }
}

/** Wraps a plain line as a sample. */
const toSample = (line: string, number: number): unknown => {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null && 'input' in value) return value
  } catch {
    // a plain line
  }
  return { id: String(number), input: line }
}

const describe = ({ id, ok, fields }: ReturnType<typeof explainSamples>[number]): string => {
  const rows = Object.entries(fields).map(
    ([name, value]) => `  ${name}: ${visible(typeof value === 'string' ? value : JSON.stringify(value))}`,
  )
  return `${visible(id)}  ${ok ? 'parsed' : 'not parsed'}\n${rows.join('\n')}\n`
}
