// Sends lines with a client as an application does: `node send.mjs CLIENT URL TOKEN COUNT`. It runs until it is ended.
const [client, url, token, lines] = process.argv.slice(2)
const count = Number(lines)
const texts = Array.from({ length: count }, (_, i) => `line ${i}`)
const account = { username: 'vedette', password: token }

const clients = {
  async elasticsearch() {
    const { Client } = await import('@elastic/elasticsearch')
    const node = new Client({ node: url, auth: account })
    const stamp = new Date().toISOString()
    await node.helpers.bulk({
      datasource: texts.map((message) => ({ '@timestamp': stamp, message, log: { level: 'error' } })),
      wait: 200,
      onDocument: () => ({ create: { _index: 'elasticsearch-2026.01.05' } }),
    })
  },

  async 'pino-elasticsearch'() {
    const { default: pino } = await import('pino')
    const { default: stream } = await import('pino-elasticsearch')
    const target = stream({ index: 'pino-elasticsearch', node: url, auth: account, flushInterval: 200 })
    const log = pino(target)
    for (const text of texts) log.error(text)
  },

  async 'winston-elasticsearch'() {
    const { createLogger } = await import('winston')
    const { ElasticsearchTransport } = await import('winston-elasticsearch')
    const transport = new ElasticsearchTransport({
      indexPrefix: 'winston-elasticsearch',
      flushInterval: 200,
      retryLimit: 10,
      clientOpts: { node: url, auth: account },
    })
    const log = createLogger({ transports: [transport] })
    for (const text of texts) log.error(text)
  },

  async 'winston-http'() {
    const { createLogger, format, transports } = await import('winston')
    const { hostname, port } = new URL(url)
    const headers = { authorization: `Bearer ${token}` }
    const transport = new transports.Http({
      host: hostname,
      port: Number(port),
      path: '/api/v1/events?source=winston-http',
      headers,
      batch: true,
      batchInterval: 200,
    })
    const log = createLogger({ format: format.combine(format.timestamp(), format.json()), transports: [transport] })
    for (const text of texts) log.error(text)
  },

  async 'pino-loki'() {
    const { default: pino } = await import('pino')
    const { pinoLoki } = await import('pino-loki')
    const log = pino(
      pinoLoki({ host: url, basicAuth: account, labels: { app: 'pino-loki' }, batching: { interval: 1 } }),
    )
    for (const text of texts) log.error(text)
  },

  async 'winston-loki'() {
    const { createLogger } = await import('winston')
    const { default: Loki } = await import('winston-loki')
    const log = createLogger({
      transports: [
        new Loki({
          host: url,
          basicAuth: `vedette:${token}`,
          labels: { app: 'winston-loki' },
          interval: 1,
          timeout: 5_000,
          onConnectionError: () => {},
        }),
      ],
    })
    for (const text of texts) log.error(text)
  },

  async 'splunk-logging'() {
    const {
      default: { Logger },
    } = await import('splunk-logging')
    const logger = new Logger({ token, url, maxRetries: 10, batchInterval: 200, maxBatchCount: 0 })
    logger.error = () => {}
    for (const message of texts)
      logger.send({ message: { message }, severity: 'error', metadata: { source: 'splunk-logging' } })
  },

  async opentelemetry() {
    const { LoggerProvider, BatchLogRecordProcessor } = await import('@opentelemetry/sdk-logs')
    const { OTLPLogExporter } = await import('@opentelemetry/exporter-logs-otlp-http')
    const { resourceFromAttributes } = await import('@opentelemetry/resources')
    const exporter = new OTLPLogExporter({ url: `${url}/v1/logs`, headers: { authorization: `Bearer ${token}` } })
    const provider = new LoggerProvider({
      resource: resourceFromAttributes({ 'service.name': 'opentelemetry' }),
      processors: [new BatchLogRecordProcessor({ exporter, scheduledDelayMillis: 200 })],
    })
    const log = provider.getLogger('app')
    for (const body of texts) log.emit({ severityNumber: 17, severityText: 'ERROR', body })
  },

  async 'gelf-pro'() {
    const { default: gelf } = await import('gelf-pro')
    const { hostname, port } = new URL(url)
    gelf.setConfig({
      adapterName: 'tcp',
      adapterOptions: { host: hostname, port: Number(port) },
      fields: { app: 'gelf-pro' },
    })
    for (const text of texts) gelf.error(text)
  },

  async 'winston-syslog'() {
    const { createLogger, config } = await import('winston')
    const { Syslog } = await import('winston-syslog')
    const { hostname, port } = new URL(url)
    const transport = new Syslog({
      host: hostname,
      port: Number(port),
      protocol: 'tcp4',
      app_name: 'winston-syslog',
      type: '5424',
      eol: '\n',
    })
    const log = createLogger({ levels: config.syslog.levels, transports: [transport] })
    for (const text of texts) log.error(text)
  },

  async kafkajs() {
    const { Kafka, logLevel } = await import('kafkajs')
    const { host, pathname } = new URL(url)
    const producer = new Kafka({ brokers: [host], logLevel: logLevel.ERROR }).producer()
    await producer.connect()
    await producer.send({ topic: pathname.slice(1), messages: texts.map((value) => ({ value })) })
  },
}

await clients[client]()
setInterval(() => {}, 1_000)
