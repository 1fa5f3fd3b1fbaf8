import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { type SampleStatus, sampleRemoval, sampleStatus } from '../../schema/sample.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions, createClient } from '../remote/client.ts'
import { count } from '../terminal/terminal.ts'

const path = '/api/v1/samples'

/** `vedette samples`: the recorded week that a newcomer sees first. */
export const define = (command: Command, context: CommandContext): void => {
  const { out, err, signal } = context
  const show = (status: SampleStatus, json: boolean | undefined) =>
    out.write(json ? `${JSON.stringify(status, null, 2)}\n` : `${inWords(status)}\n`)

  addRemoteOptions(
    command
      .command('status', { isDefault: true })
      .description('Tell whether it is loaded, and how far its analysis is.'),
  ).action(async (options: { readonly json?: boolean }) => {
    show(await createClient(options, context).get(path, sampleStatus), options.json)
  })
  addRemoteOptions(command.command('load').description('Load it, and wait until it is analysed.')).action(
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
  addRemoteOptions(command.command('remove').description('Remove it, and all that was found in it.')).action(
    async (options: { readonly json?: boolean }) => {
      const removed = await createClient(options, context).send('DELETE', path, sampleRemoval)
      if (options.json) out.write(`${JSON.stringify(removed, null, 2)}\n`)
      else if (removed.events === 0) err.write('There was no sample.\n')
      else out.write(`removed: ${count(removed.events)} lines, ${count(removed.incidents)} incidents\n`)
    },
  )
}

const inWords = ({ state, title, records, analysed, seconds }: SampleStatus): string => {
  const lines = `"${title}": ${count(records)} lines`
  switch (state) {
    case 'absent':
      return 'The sample is not loaded.'
    case 'removed':
      return 'The sample was removed.'
    case 'loading':
      return `${lines}, ${count(analysed)} of them analysed`
    case 'loaded':
      return `${lines}, analysed${seconds === null ? '' : ` in ${seconds.toFixed(1)} s`}`
  }
}
