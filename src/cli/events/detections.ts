import type { Command } from 'commander'
import { detection } from '../../schema/detection/detection.ts'
import type { CommandContext } from '../cli.ts'
import { addRemoteOptions } from '../remote/client.ts'
import { addListOptions, printList } from '../remote/list.ts'
import { formatMoment } from '../terminal/time.ts'

/** `vedette detections`: lists detections, before they become alerts. */
export const define = (command: Command, context: CommandContext): void => {
  const list = command.command('list', { isDefault: true }).description('List detections, newest first.')
  addListOptions(addRemoteOptions(list))
    .option('--where <filter>', 'filter, such as detector:template AND score:>0.8')
    .action((options: { readonly where?: string }) =>
      printList(
        {
          path: '/api/v1/detections',
          item: detection,
          noun: 'detection',
          headings: ['TIME', 'DETECTOR', 'SCORE', 'STREAM', 'SENTENCE'],
          row: ({ last_seen, detector, score, stream, sentence }) => [
            formatMoment(last_seen),
            detector,
            score.toFixed(2),
            stream,
            sentence,
          ],
        },
        options.where,
        options,
        context,
      ),
    )
}
