import { defineRegistry } from '../../component.ts'
import { alertmanagerSink } from './alertmanager.ts'
import { chronicleSink } from './chronicle.ts'
import { discordSink } from './discord.ts'
import { elasticsearchSink } from './elasticsearch.ts'
import { emailSink } from './email.ts'
import { kafkaSink } from './kafka.ts'
import { mattermostSink } from './mattermost.ts'
import { ntfySink } from './ntfy.ts'
import { opsgenieSink } from './opsgenie.ts'
import { pagerdutySink } from './pagerduty.ts'
import type { Sink } from './sink.ts'
import { slackSink } from './slack.ts'
import { splunkSink } from './splunk.ts'
import { syslogSink } from './syslog.ts'
import { teamsSink } from './teams.ts'
import { telegramSink } from './telegram.ts'
import { webhookSink } from './webhook.ts'

/** Lists the sinks that a configuration can name. */
export const sinkRegistry = defineRegistry<Sink>('sink', [
  alertmanagerSink,
  chronicleSink,
  discordSink,
  elasticsearchSink,
  emailSink,
  kafkaSink,
  mattermostSink,
  ntfySink,
  opsgenieSink,
  pagerdutySink,
  slackSink,
  splunkSink,
  syslogSink,
  teamsSink,
  telegramSink,
  webhookSink,
])
