import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Component } from '../../../component.ts'
import type { Cursors, Outages, Source } from '../source.ts'
import { zone } from '../zone.ts'
import { logEntriesQuery } from './log-entries-query.ts'
import { pollRows } from './sql-poll.ts'

const column = (name: string, holds: string) => z.string().min(1).default(name).describe(`The column with ${holds}.`)

export const sqlOptions = z.strictObject({
  name: z.string().min(1).describe('The source of its events.'),
  url: z
    .string()
    .regex(
      /^((postgres|postgresql|mysql|mariadb):\/\/|sqlite:)./,
      'expected postgres://…, mysql://…, mariadb://… or sqlite:PATH',
    )
    .meta({ description: 'URL of the database, with a user that may read it.', secret: 'url' }),
  query: z
    .string()
    .min(1)
    .default(logEntriesQuery)
    .describe('The query for the rows, without limit and order. Defaults to the log entries of a Log Monitor.'),
  columns: z
    .strictObject({
      id: column('id', 'an integer that grows from row to row'),
      time: column('timestamp', 'the time'),
      level: column('log_level', 'the log level'),
      program: column('process_name', 'the program'),
      message: column('message', 'the message'),
      raw: column('raw_message', 'the original line'),
      host: column('device_name', 'the name of the device'),
      address: column('device_ip', 'the address of the device'),
      device: column('device_id', 'the number of the device'),
      details: column('structured_data', 'more fields, as JSON'),
    })
    .prefault({})
    .describe('The names of the columns. Other columns become fields with the same name.'),
  programs: z.array(z.string().min(1)).default([]).describe('Programs to read. Defaults to all.'),
  from: z.enum(['start', 'end']).default('start').describe('Where to start in a table that was never read.'),
  every: z.number().min(0.005).default(10).describe('Seconds between two polls.'),
  lookback: z.number().min(0).default(300).describe('For how many seconds to check for late rows with smaller ids.'),
  batch: z.int().min(1).max(10_000).default(1_000).describe('How many rows to read at once.'),
  timeout: z.number().positive().default(30).describe('Timeout of a query in seconds.'),
  zone,
})

/** Declares the source that reads tables of other systems. It never writes to them. */
export const sqlSource = (cursors: Cursors, outages: Outages): Component<typeof sqlOptions, Source> => ({
  name: 'sql',
  summary: 'Reads new rows of a table in PostgreSQL, MySQL, MariaDB or SQLite.',
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
          // A changed query starts with a new position.
          key: createHash('sha256').update(`${options.columns.id}\0${options.query}`).digest('hex').slice(0, 16),
        },
        { cursors, outages, now, log },
        emit,
        signal,
      ),
  }),
})
