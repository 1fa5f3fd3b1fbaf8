import { z } from 'zod'
import type { Component } from '../../../component.ts'
import type { Outages, Source } from '../source.ts'
import { zone } from '../zone.ts'
import { consumeMessages } from './rabbitmq-consume.ts'
import { type AlertMessage, type ReadAlerts, readLogMessage, readMessage } from './rabbitmq-message.ts'

const options = z.strictObject({
  name: z.string().min(1).describe('The source of its alerts or events.'),
  url: z
    .string()
    .regex(/^amqps?:\/\/./, 'expected amqp://… or amqps://…')
    .meta({ description: 'URL of the broker: `amqp://user:password@host:5672/vhost`.', secret: 'url' }),
  queue: z
    .string()
    .min(1)
    .max(200)
    .default('alert.raw')
    .describe('The queue. Messages without a valid alert go to the queue with the suffix `.dlq`.'),
  content: z
    .enum(['alerts', 'logs'])
    .default('alerts')
    .describe('The content of the messages: alerts of other systems, or lines and JSON records of logs.'),
  prefetch: z.int().min(1).max(1_000).default(100).describe('How many messages may be unacknowledged.'),
  zone,
})

/** Declares the source that consumes alerts or logs from a RabbitMQ queue. */
export const rabbitmqSource = (readAlerts: ReadAlerts, outages: Outages): Component<typeof options, Source> => ({
  name: 'rabbitmq',
  summary: 'Consumes alerts or logs from a RabbitMQ queue. A message is acknowledged when its records are on disk.',
  options,
  create: (given, { now, log }) => {
    const read = (message: AlertMessage) =>
      given.content === 'logs'
        ? readLogMessage(message, { source: given.name, now: now(), zoneMinutes: given.zone })
        : readMessage(message, { source: given.name, now: now(), readAlerts })
    return { run: (emit, signal) => consumeMessages(given, { read, outages, now, log }, emit, signal) }
  },
})
