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
const listeners = 'test/e2e/listeners.test.ts'

/** The programs that work with Vedette, each with a test that shows it. The table in docs/shippers.md is made of them. */
const rows: readonly Row[] = [
  {
    programs: 'Elasticsearch clients, pino-elasticsearch, winston-elasticsearch',
    protocol: '[Elasticsearch](#elasticsearch)',
    tested: '`@elastic/elasticsearch` 9.5, pino-elasticsearch, winston-elasticsearch: their requests',
    proof: [['src/api/shippers/elasticsearch.test.ts', 'recognizes records that come again in another group']],
  },
  {
    programs: 'rsyslog',
    protocol: '[Elasticsearch](#elasticsearch)',
    tested: 'rsyslog 8.2302 with `omelasticsearch`, through 429, 503 and a cut',
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
    tested: 'the exporters of OpenTelemetry JS for HTTP: JSON, Protocol Buffers, gzip; through 429, 503 and a cut',
    proof: [
      [shippers, "'OpenTelemetry, JSON', '/v1/logs'"],
      ['src/api/shippers/otlp.test.ts', "describeShipper('OTLP'"],
    ],
  },
  {
    programs: 'pino-loki, winston-loki',
    protocol: '[Loki](#loki)',
    tested: 'both; winston-loki also with Snappy, through 429, 503 and a cut',
    proof: [[shippers, "'winston-loki',"]],
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
    tested: 'splunk-logging, through 429, 503 and a cut',
    proof: [[shippers, "'splunk-logging',"]],
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
    tested: 'messages built from its specification; not the programs',
    proof: [
      ['src/api/shippers/gelf.test.ts', "describeShipper('GELF'"],
      ['src/pipeline/ingest/gelf/gelf.test.ts', 'the chunks of GELF'],
    ],
  },
  {
    programs: '`systemd-journal-upload`',
    protocol: '[journald](#journald)',
    tested: 'systemd 252, through 429, 503 and a cut',
    proof: [[shippers, 'systemd-journal-upload delivers every entry once']],
  },
  {
    programs: 'The local journal, `systemd-journal-remote`',
    protocol: '[journald](#journald)',
    tested: 'systemd 252, stopped and started again',
    proof: [['src/pipeline/ingest/journald/journald.test.ts', 'continues after its cursor']],
  },
  {
    programs: '`logger`, rsyslog, syslog-ng, network devices',
    protocol: '[syslog](#syslog)',
    tested: 'util-linux 2.38, rsyslog 8.2302, also with TLS and a client certificate, and syslog-ng 3.38',
    proof: [
      [listeners, "'UDP, RFC 5424'"],
      [listeners, 'TLS with a client certificate'],
      [listeners, "'network()'"],
    ],
  },
  {
    programs: 'Kafka, Redis streams, NATS JetStream, RabbitMQ',
    protocol: '[queues](#queues)',
    tested:
      "librdkafka's mock broker with kcat 1.7; Redis 7.0; NATS 2.9; RabbitMQ 3.10: each killed before it acknowledges",
    proof: [
      ['test/services/kafka-source.test.ts', "describeQueueSource('kafka'"],
      ['test/services/redis-source.test.ts', "describeRedelivery('redis'"],
      ['test/services/nats-source.test.ts', "describeRedelivery('nats'"],
      ['test/services/rabbitmq-source.test.ts', "describeRedelivery('rabbitmq'"],
    ],
  },
  {
    programs: 'Alertmanager',
    protocol: '[alerts](alerts.md)',
    tested: 'Alertmanager 0.25, through 429, 503 and a cut',
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
