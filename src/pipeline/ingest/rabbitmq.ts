import { z } from 'zod'
import type { Component } from '../../component.ts'
import { consumeAlerts } from './rabbitmq-consume.ts'
import type { ReadAlerts } from './rabbitmq-message.ts'
import type { Outages, Source } from './source.ts'

const options = z.strictObject({
  name: z.string().min(1).describe('What its alerts are said to come from.'),
  url: z
    .string()
    .regex(/^amqps?:\/\/./, 'expected amqp://… or amqps://…')
    .meta({ description: 'The broker: `amqp://user:password@host:5672/vhost`.', secret: 'url' }),
  queue: z
    .string()
    .min(1)
    .max(200)
    .default('alert.raw')
    .describe('The queue that alerts wait in. What is no alert goes to the queue of this name and `.dlq`.'),
  prefetch: z.int().min(1).max(1_000).default(100).describe('How many messages may be on their way to the disk.'),
})

/** Declares the source that takes alerts from a queue of RabbitMQ. */
export const rabbitmqSource = (readAlerts: ReadAlerts, outages: Outages): Component<typeof options, Source> => ({
  name: 'rabbitmq',
  summary: 'Takes alerts of other systems from a queue of RabbitMQ; a message is acknowledged when they are on disk.',
  options,
  create: (given, { now, log }) => ({
    run: (emit, signal) => consumeAlerts(given, { readAlerts, outages, now, log }, emit, signal),
  }),
})
