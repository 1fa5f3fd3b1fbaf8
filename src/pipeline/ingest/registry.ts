import { defineRegistry, type Registry } from '../../component.ts'
import { fileSource } from './file/file.ts'
import { rabbitmqSource } from './rabbitmq/rabbitmq.ts'
import type { ReadAlerts } from './rabbitmq/rabbitmq-message.ts'
import type { Cursors, Outages, Source } from './source.ts'
import { sqlSource } from './sql/sql.ts'
import { stdinSource } from './stdin.ts'

/** The dependencies of sources. */
interface Surroundings {
  readonly cursors: Cursors
  readonly outages: Outages
  readonly stdin: AsyncIterable<Uint8Array>
  readonly readAlerts: ReadAlerts
}

/** Lists the sources that a configuration can name. Each receives its `name` as an option. */
export const sourceRegistry = ({ cursors, outages, stdin, readAlerts }: Surroundings): Registry<Source> =>
  defineRegistry('source', [
    fileSource(cursors),
    rabbitmqSource(readAlerts, outages),
    sqlSource(cursors, outages),
    stdinSource(stdin),
  ])
