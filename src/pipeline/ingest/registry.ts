import { defineRegistry, type Registry } from '../../component.ts'
import { fileSource } from './file/file.ts'
import type { TimeInZone } from './file/written-zone.ts'
import { gelfSource } from './gelf/gelf.ts'
import { journaldSource } from './journald/journald.ts'
import type { CountDropped } from './listen/dropped.ts'
import { kafkaSource } from './queues/kafka.ts'
import { natsSource } from './queues/nats.ts'
import { redisSource } from './queues/redis.ts'
import { rabbitmqSource } from './rabbitmq/rabbitmq.ts'
import type { ReadAlerts } from './rabbitmq/rabbitmq-message.ts'
import { s3Source } from './s3/s3.ts'
import type { Cursors, Outages, Source } from './source.ts'
import { sqlSource } from './sql/sql.ts'
import { stdinSource } from './stdin.ts'
import { syslogSource } from './syslog/syslog.ts'

/** The dependencies of sources. */
interface Surroundings {
  readonly cursors: Cursors
  readonly outages: Outages
  readonly stdin: AsyncIterable<Uint8Array>
  readonly readAlerts: ReadAlerts
  readonly dropped: CountDropped
  /** Reads the time of a line. */
  readonly timeOf: TimeInZone
}

/** Lists the sources that a configuration can name. Each receives its `name` as an option. */
export const sourceRegistry = ({
  cursors,
  outages,
  stdin,
  readAlerts,
  dropped,
  timeOf,
}: Surroundings): Registry<Source> =>
  defineRegistry('source', [
    fileSource(cursors, timeOf),
    gelfSource(dropped),
    journaldSource(cursors, outages),
    kafkaSource(outages),
    natsSource(outages),
    redisSource(outages),
    rabbitmqSource(readAlerts, outages),
    s3Source(cursors, outages, dropped),
    sqlSource(cursors, outages),
    stdinSource(stdin),
    syslogSource(dropped),
  ])
