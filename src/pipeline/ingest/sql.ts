import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Component } from '../../component.ts'
import type { Cursors, Outages, Source } from './source.ts'
import { pollRows } from './sql-poll.ts'
import { zone } from './zone.ts'

const logEntries = `
  select e.id, e.timestamp, e.log_level, e.process_name, e.message, e.raw_message, e.structured_data, e.device_id,
    coalesce(d.ip_address, e.device_ip) as device_ip, d.name as device_name
  from log_entries e left join devices d on d.id = e.device_id`

const column = (name: string, holds: string) =>
  z.string().min(1).default(name).describe(`The column that holds ${holds}.`)

export const sqlOptions = z.strictObject({
  name: z.string().min(1).describe('What its events are said to come from.'),
  url: z
    .string()
    .regex(
      /^((postgres|postgresql|mysql|mariadb):\/\/|sqlite:)./,
      'expected postgres://…, mysql://…, mariadb://… or sqlite:PATH',
    )
    .meta({ description: 'The database, with a user that may read it.', secret: 'url' }),
  query: z
    .string()
    .min(1)
    .default(logEntries)
    .describe(
      'What rows there are, without a limit or an order; the log entries of a Log Monitor unless said otherwise.',
    ),
  columns: z
    .strictObject({
      id: column('id', 'a whole number that grows from row to row'),
      time: column('timestamp', 'when it happened'),
      level: column('log_level', 'its level'),
      program: column('process_name', 'the program that wrote it'),
      message: column('message', 'what was written'),
      raw: column('raw_message', 'the line as it came'),
      host: column('device_name', 'the name of the device'),
      address: column('device_ip', 'the address of the device'),
      device: column('device_id', 'the number of the device'),
      details: column('structured_data', 'more, as JSON'),
    })
    .prefault({})
    .describe('What the columns are called; others become fields of their own name.'),
  programs: z.array(z.string().min(1)).default([]).describe('Only rows of these programs are read; all without one.'),
  from: z
    .enum(['start', 'end'])
    .default('start')
    .describe('Where to begin in a table that is read for the first time.'),
  every: z.number().min(0.005).default(10).describe('How many seconds lie between two looks.'),
  lookback: z
    .number()
    .min(0)
    .default(300)
    .describe('For how many seconds rows that appear late, with a smaller number than others, are looked for.'),
  batch: z.int().min(1).max(10_000).default(1_000).describe('How many rows are read at once.'),
  timeout: z.number().positive().default(30).describe('How many seconds one question may take.'),
  zone,
})

/** Declares the source that reads tables of other systems; nothing is ever written there. */
export const sqlSource = (cursors: Cursors, outages: Outages): Component<typeof sqlOptions, Source> => ({
  name: 'sql',
  summary: 'Reads the rows of a table in PostgreSQL, MySQL, MariaDB or SQLite as they are added.',
  options: sqlOptions,
  create: ({ zone: zoneMinutes, every, lookback, timeout, ...options }, { now, log }) => ({
    run: (emit, signal) =>
      pollRows(
        {
          ...options,
          zoneMinutes,
          every: every * 1000,
          lookback: lookback * 1000,
          timeout: Math.round(timeout * 1000),
          // Another table has another position.
          key: createHash('sha256').update(`${options.columns.id}\0${options.query}`).digest('hex').slice(0, 16),
        },
        { cursors, outages, now, log },
        emit,
        signal,
      ),
  }),
})
