import type { Command } from 'commander'
import { eventView } from '../../schema/event/event.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions } from '../remote/client.ts'
import { addListOptions, printList } from '../remote/list.ts'

/** `vedette search`: searches events with a filter, newest first. */
export const define = (command: Command, context: CommandContext): void => {
  addListOptions(addRemoteOptions(command))
    .argument('<query...>', "bare words search the message: 'service:sshd AND source.ip:10.0.0.0/8 -user:backup*'")
    .action((query: string[], options: unknown) =>
      printList(
        {
          path: '/api/v1/events',
          item: eventView,
          noun: 'event',
          headings: ['ID', 'TIME', 'STREAM', 'MESSAGE'],
          row: ({ id, time, stream, message }) => [id, `${time.slice(0, 10)} ${time.slice(11, 19)}`, stream, message],
        },
        query.join(' '),
        options,
        context,
      ),
    )
}
