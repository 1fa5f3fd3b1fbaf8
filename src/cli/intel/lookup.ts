import { text } from 'node:stream/consumers'
import type { Command } from 'commander'
import type { z } from 'zod'
import { wholePercent } from '../../lib/units/number.ts'
import { lookUpIntel } from '../../operations/intel/look-up-intel.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { severityShape, severityStyle, visible } from '../terminal/terminal.ts'
import { formatMoment } from '../terminal/time.ts'

type Answer = z.output<typeof lookUpIntel.output>

/** Adds `lookup`: looks up a value, or every observable in a text. */
export const addIntelLookup = (command: Command, context: CommandContext): void => {
  addRemoteOptions(command.command('lookup').description('Look up a value, or all observables in a text.'))
    .argument('<value...>', 'a value, defanged or not; or a text; `-` reads a text from stdin')
    .option('--ask', 'query the configured vendors too')
    .action(async (words: string[], options: { readonly ask?: boolean; readonly json?: boolean }) => {
      const said = words.length === 1 && words[0] === '-' ? await text(context.stdin) : words.join(' ')
      const isText = /\s/.test(said.trim())
      const answer = await createClient(options, context).send('POST', '/api/v1/intel/lookup', lookUpIntel.output, {
        ...(isText ? { text: said } : { value: said.trim() }),
        ask_others: options.ask === true,
      })
      if (options.json) context.out.write(`${JSON.stringify(answer, null, 2)}\n`)
      else context.out.write(renderLookup(answer, context))
    })
}

const renderLookup = ({ data, exploited }: Answer, { paint }: CommandContext): string => {
  if (data.length + exploited.length === 0) return 'No source knows any value in it.\n'
  const values = data.flatMap((one) => {
    const { value, type, score, indicator, benign, missing, tlp, stays_here } = one
    const level = indicator.threat_level
    const notes = [
      ...Object.entries(indicator.reports).map(([source, { threat_level, confidence, description, valid_until }]) =>
        [
          `${source}: ${threat_level}, ${wholePercent(confidence)} sure`,
          ...(description === '' ? [] : [description]),
          ...(valid_until ? [`until ${formatMoment(valid_until)}`] : []),
        ].join(', '),
      ),
      ...(benign.length > 0 ? [`known benign: ${benign.join(', ')}`] : []),
      ...missing.map((reason) => `not queried: ${reason}`),
      ...(tlp ? [`marked tlp:${tlp}`] : []),
      ...(stays_here ? [`not shared: ${stays_here}`] : []),
    ]
    const head = indicator.sources.length === 0 ? `  ${value}  ${type}  unknown` : `${value}  ${type}  ${score} of 100`
    const mark = indicator.sources.length === 0 ? '' : `${paint(severityStyle[level], severityShape[level])} `
    return [`${mark}${visible(head)}`, ...notes.map((note) => `    ${visible(note)}`)]
  })
  const vulnerabilities = exploited.map(({ cve, name, added, ransomware }) =>
    visible(`${cve} known exploited since ${added}${ransomware ? ', also by ransomware' : ''}: ${name}`),
  )
  return `${[...values, ...vulnerabilities].join('\n')}\n`
}
