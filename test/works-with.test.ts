import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

interface Row {
  readonly programs: string
  /** The protocols, each with its section of the page. */
  readonly protocol: string
  readonly tested: string
  /** The test that proves it: a file, and a text of that test. */
  readonly proof: readonly (readonly [file: string, text: string])[]
}

const shippers = 'test/e2e/shippers.test.ts'
const npmClients = 'test/e2e/npm-clients.test.ts'
const listeners = 'test/e2e/listeners.test.ts'

/** The programs that work with Vedette, each with a test that shows it. The table in docs/shippers.md is made of them. */
const rows: readonly Row[] = [
  {
    programs: 'Elasticsearch clients, pino-elasticsearch, winston-elasticsearch',
    protocol: '[Elasticsearch](#elasticsearch)',
    tested:
      '`@elastic/elasticsearch` 9.5, pino-elasticsearch 9, winston-elasticsearch 0.19; the last through 429, 503 and a broken connection, the others do not retry after a 429',
    proof: [
      [npmClients, "'elasticsearch',"],
      [npmClients, "'pino-elasticsearch',"],
      [npmClients, "'winston-elasticsearch'"],
    ],
  },
  {
    programs: 'rsyslog',
    protocol: '[Elasticsearch](#elasticsearch)',
    tested: 'rsyslog 8.2302 with `omelasticsearch`, through 429, 503 and a broken connection',
    proof: [[shippers, 'rsyslog delivers every line']],
  },
  {
    programs: 'Filebeat, Winlogbeat, Logstash, Fluent Bit, Fluentd, Vector',
    protocol: '[Elasticsearch](#elasticsearch)',
    tested: 'their handshake, as documented; not the programs',
    proof: [['src/api/shippers/elasticsearch.test.ts', 'x-elastic-product']],
  },
  {
    programs: 'OpenTelemetry SDKs, Collector, Alloy',
    protocol: '[OTLP](#opentelemetry)',
    tested:
      'the exporters of OpenTelemetry JS for HTTP: JSON, Protocol Buffers, gzip; through 429, 503 and a broken connection',
    proof: [
      [npmClients, "'opentelemetry'"],
      [shippers, "'OpenTelemetry, JSON', '/v1/logs'"],
      ['src/api/shippers/otlp.test.ts', "describeShipper('OTLP'"],
    ],
  },
  {
    programs: 'pino-loki, winston-loki',
    protocol: '[Loki](#loki)',
    tested: 'pino-loki 3, winston-loki 6, also with Snappy; both do not retry after a 429',
    proof: [
      [npmClients, "'pino-loki',"],
      [npmClients, "'winston-loki',"],
      [shippers, "'winston-loki',"],
    ],
  },
  {
    programs: "Promtail, Alloy, Docker's Loki driver",
    protocol: '[Loki](#loki)',
    tested: 'the same requests; not the programs',
    proof: [['src/api/shippers/loki.test.ts', "describeShipper('Loki'"]],
  },
  {
    programs: "Splunk libraries, Docker's Splunk driver, Splunk Connect",
    protocol: '[Splunk](#splunk)',
    tested:
      'splunk-logging 0.11, which does not retry after a 429; its request, through 429, 503 and a broken connection',
    proof: [
      [npmClients, "'splunk-logging',"],
      [shippers, "'splunk-logging',"],
    ],
  },
  {
    programs: 'winston, and other programs that post JSON',
    protocol: '[`POST /api/v1/events`](../README.md)',
    tested: 'winston 3.19 with its HTTP transport, which does not retry after a 429',
    proof: [[npmClients, "'winston-http'"]],
  },
  {
    programs: 'Datadog Agent and libraries',
    protocol: '[Datadog](#datadog)',
    tested: 'requests built from its API documentation',
    proof: [['src/api/shippers/datadog.test.ts', "describeShipper('Datadog'"]],
  },
  {
    programs: "GELF libraries, Docker's GELF driver",
    protocol: '[GELF](#gelf)',
    tested: 'gelf-pro 1.4 over TCP; messages built from its specification for HTTP and UDP',
    proof: [
      [npmClients, 'gelf-pro delivers each line'],
      ['src/api/shippers/gelf.test.ts', "describeShipper('GELF'"],
      ['src/pipeline/ingest/gelf/gelf.test.ts', 'the chunks of GELF'],
    ],
  },
  {
    programs: '`systemd-journal-upload`',
    protocol: '[journald](#journald)',
    tested: 'systemd 252, through 429, 503 and a broken connection',
    proof: [[shippers, 'systemd-journal-upload delivers every entry once']],
  },
  {
    programs: 'The local journal, `systemd-journal-remote`',
    protocol: '[journald](#journald)',
    tested: 'systemd 252, stopped and started again',
    proof: [['src/pipeline/ingest/journald/journald.test.ts', 'continues after its cursor']],
  },
  {
    programs: '`logger`, rsyslog, syslog-ng, winston-syslog, network devices',
    protocol: '[syslog](#syslog)',
    tested:
      'util-linux 2.38, rsyslog 8.2302, also with TLS and a client certificate, syslog-ng 3.38 and winston-syslog 2.7',
    proof: [
      [npmClients, 'winston-syslog delivers each line'],
      [listeners, "'UDP, RFC 5424'"],
      [listeners, 'TLS with a client certificate'],
      [listeners, "'network()'"],
    ],
  },
  {
    programs: 'collectd: its log and notifications',
    protocol: '[files](#files)',
    tested: 'collectd 5.12 with `log_logstash`',
    proof: [[listeners, 'collectd: its log and notifications']],
  },
  {
    programs: 'Kafka, Redis streams, NATS JetStream, RabbitMQ',
    protocol: '[queues](#queues)',
    tested:
      "librdkafka's mock broker with kcat 1.7 and kafkajs 2.2; Redis 7.0; NATS 2.9; RabbitMQ 3.10: each killed before it acknowledges",
    proof: [
      ['test/services/kafka-source.test.ts', "describeQueueSource('kafka'"],
      ['test/services/kafka-source.test.ts', 'reads what kafkajs sends'],
      ['test/services/redis-source.test.ts', "describeRedelivery('redis'"],
      ['test/services/nats-source.test.ts', "describeRedelivery('nats'"],
      ['test/services/rabbitmq-source.test.ts', "describeRedelivery('rabbitmq'"],
    ],
  },
  {
    programs: 'Alertmanager',
    protocol: '[alerts](alerts.md)',
    tested: 'Alertmanager 0.25, through 429, 503 and a broken connection',
    proof: [
      [shippers, 'Alertmanager delivers an alert once, and its end'],
      ['test/e2e/alerts-in.test.ts', 'closes a resolved alert of Alertmanager'],
    ],
  },
  {
    programs: 'Amazon S3, MinIO: CloudTrail, load balancers, VPC flow logs',
    protocol: '[S3](#s3)',
    tested: 'a store that checks signatures; not the services',
    proof: [['src/pipeline/ingest/s3/s3.test.ts', 'doubles nothing when killed between']],
  },
  {
    programs: 'CloudWatch, Amazon Data Firehose',
    protocol: '[Firehose](#amazon-data-firehose)',
    tested: 'requests built from its API documentation',
    proof: [['src/api/shippers/firehose.test.ts', "describeShipper('Firehose'"]],
  },
  {
    programs: 'Cloud Logging, Google Cloud Pub/Sub',
    protocol: '[Pub/Sub](#google-cloud-pubsub)',
    tested: 'requests built from its API documentation',
    proof: [['src/api/shippers/pubsub.test.ts', "describeShipper('Pub/Sub'"]],
  },
]

const root = resolve(import.meta.dirname, '..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

describe('the table of shippers', () => {
  it.each(rows)('has a test of $programs', ({ proof }) => {
    for (const [file, text] of proof) expect(read(file)).toContain(text)
  })

  it('is in docs/shippers.md', () => {
    const lines = rows.map(({ programs, protocol, tested }) => `| ${programs} | ${protocol} | ${tested} |`)
    expect(read('docs/shippers.md')).toContain(
      ['| program | protocol | tested with |', '|---|---|---|', ...lines, ''].join('\n'),
    )
  })
})
