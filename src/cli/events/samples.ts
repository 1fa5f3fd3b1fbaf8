import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { type SampleStatus, sampleRemoval, sampleStatus } from '../../schema/record/sample.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { counted, formatCount } from '../terminal/terminal.ts'

const path = '/api/v1/samples'

/** `vedette samples`: loads and removes the recorded week that a new installation shows. */
export const define = (command: Command, context: CommandContext): void => {
  const { out, err, signal } = context
  const show = (status: SampleStatus, json: boolean | undefined) =>
    out.write(json ? `${JSON.stringify(status, null, 2)}\n` : `${inWords(status)}\n`)

  addRemoteOptions(
    command
      .command('status', { isDefault: true })
      .description('Show whether the sample data is loaded, and the progress of its analysis.'),
  ).action(async (options: { readonly json?: boolean }) => {
    show(await createClient(options, context).get(path, sampleStatus), options.json)
  })
  addRemoteOptions(command.command('load').description('Load the sample data and wait until it is analysed.')).action(
    async (options: { readonly json?: boolean }) => {
      const client = createClient(options, context)
      let status = await client.send('POST', path, sampleStatus, {})
      while (status.state === 'loading' && !signal.aborted) {
        await sleep(200)
        status = await client.get(path, sampleStatus)
      }
      show(status, options.json)
    },
  )
  addRemoteOptions(command.command('remove').description('Remove the sample data and everything found in it.')).action(
    async (options: { readonly json?: boolean }) => {
      const removed = await createClient(options, context).send('DELETE', path, sampleRemoval)
      if (options.json) out.write(`${JSON.stringify(removed, null, 2)}\n`)
      else if (removed.events === 0) err.write('No sample data is loaded.\n')
      else out.write(`Removed ${counted(removed.events, 'line')} and ${counted(removed.incidents, 'incident')}.\n`)
    },
  )
}

const inWords = ({ state, title, records, analysed, seconds }: SampleStatus): string => {
  const lines = `"${title}": ${counted(records, 'line')}`
  switch (state) {
    case 'absent':
      return 'The sample data is not loaded.'
    case 'removed':
      return 'The sample data was removed.'
    case 'loading':
      return `${lines}, ${formatCount(analysed)} analysed`
    case 'loaded':
      return `${lines}, analysed${seconds === null ? '' : ` in ${seconds.toFixed(1)} s`}`
  }
}
