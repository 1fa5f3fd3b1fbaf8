import { defineRegistry } from '../../component.ts'
import type { Sink } from './sink.ts'
import { alertmanagerSink } from './sinks/alertmanager.ts'
import { chronicleSink } from './sinks/chronicle.ts'
import { discordSink } from './sinks/discord.ts'
import { elasticsearchSink } from './sinks/elasticsearch.ts'
import { emailSink } from './sinks/email.ts'
import { kafkaSink } from './sinks/kafka.ts'
import { mattermostSink } from './sinks/mattermost.ts'
import { ntfySink } from './sinks/ntfy.ts'
import { opsgenieSink } from './sinks/opsgenie.ts'
import { otlpSink } from './sinks/otlp.ts'
import { pagerdutySink } from './sinks/pagerduty.ts'
import { s3Sink } from './sinks/s3.ts'
import { slackSink } from './sinks/slack.ts'
import { splunkSink } from './sinks/splunk.ts'
import { syslogSink } from './sinks/syslog.ts'
import { teamsSink } from './sinks/teams.ts'
import { telegramSink } from './sinks/telegram.ts'
import { githubSink } from './sinks/trackers/github.ts'
import { gitlabSink } from './sinks/trackers/gitlab.ts'
import { jiraSink } from './sinks/trackers/jira.ts'
import { thehiveSink } from './sinks/trackers/thehive.ts'
import { webhookSink } from './sinks/webhook.ts'

/** The types of receivers that people read, which digests can be sent to. */
export const digestTypes: ReadonlySet<string> = new Set([
  'discord',
  'email',
  'mattermost',
  'ntfy',
  'slack',
  'teams',
  'telegram',
  'webhook',
])

/** Lists the sinks that a configuration can name. */
export const sinkRegistry = defineRegistry<Sink>('sink', [
  alertmanagerSink,
  chronicleSink,
  discordSink,
  elasticsearchSink,
  emailSink,
  githubSink,
  gitlabSink,
  jiraSink,
  kafkaSink,
  mattermostSink,
  ntfySink,
  opsgenieSink,
  otlpSink,
  pagerdutySink,
  s3Sink,
  slackSink,
  splunkSink,
  syslogSink,
  teamsSink,
  telegramSink,
  thehiveSink,
  webhookSink,
])
