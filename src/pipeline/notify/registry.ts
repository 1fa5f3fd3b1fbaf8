import { defineRegistry } from '../../component.ts'
import { chronicleSink } from './chronicle.ts'
import { elasticsearchSink } from './elasticsearch.ts'
import { kafkaSink } from './kafka.ts'
import type { Sink } from './sink.ts'
import { slackSink } from './slack.ts'
import { splunkSink } from './splunk.ts'
import { syslogSink } from './syslog.ts'
import { webhookSink } from './webhook.ts'

/** Lists the sinks that a configuration can name. */
export const sinkRegistry = defineRegistry<Sink>('sink', [
  chronicleSink,
  elasticsearchSink,
  kafkaSink,
  slackSink,
  splunkSink,
  syslogSink,
  webhookSink,
])
