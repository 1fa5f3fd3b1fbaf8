import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { type Agent, agent } from '../../../schema/agent/agent.ts'
import type { Event, Fields } from '../../../schema/event/event.ts'
import { someEvent } from '../shared/some-events.ts'

/** Returns a bundled agent. */
export const bundledAgent = (id: string): Agent =>
  agent.parse(load(readFileSync(join(import.meta.dirname, `../../../../agents/${id}.yaml`), 'utf8')))

/** Creates a line from a program on the router. */
export const someLine = (number: number, time: number, program: string, message: string, fields: Fields = {}): Event =>
  someEvent(number, time, {
    message,
    source: 'netmonitor',
    stream: `netmonitor/router/${program}`,
    fields: { 'process.name': program, 'service.name': program, 'host.name': 'router', 'device.id': 7, ...fields },
  })
