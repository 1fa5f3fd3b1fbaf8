import { z } from 'zod'
import type { Component } from '../../../component.ts'
import type { Outages, Source } from '../source.ts'
import { consumeAlerts } from './rabbitmq-consume.ts'
import type { ReadAlerts } from './rabbitmq-message.ts'

const options = z.strictObject({
  name: z.string().min(1).describe('The source of its alerts.'),
  url: z
    .string()
    .regex(/^amqps?:\/\/./, 'expected amqp://… or amqps://…')
    .meta({ description: 'URL of the broker: `amqp://user:password@host:5672/vhost`.', secret: 'url' }),
  queue: z
    .string()
    .min(1)
    .max(200)
    .default('alert.raw')
    .describe('The queue of alerts. Messages without a valid alert go to the queue with the suffix `.dlq`.'),
  prefetch: z.int().min(1).max(1_000).default(100).describe('How many messages may be unacknowledged.'),
})

/** Declares the source that consumes alerts from a RabbitMQ queue. */
export const rabbitmqSource = (readAlerts: ReadAlerts, outages: Outages): Component<typeof options, Source> => ({
  name: 'rabbitmq',
  summary:
    'Consumes alerts of other systems from a RabbitMQ queue. A message is acknowledged when its alerts are on disk.',
  options,
  create: (given, { now, log }) => ({
    run: (emit, signal) => consumeAlerts(given, { readAlerts, outages, now, log }, emit, signal),
  }),
})
