import { z } from 'zod'
import { eventView, toEventView } from '../../schema/event/event.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { chunksOf, readingInputs, recordsInput, sourceInput } from './record-input.ts'

const mostEvents = 1_000

export const debugRecords = defineOperation({
  name: 'debug_records',
  summary: 'Parses up to 1,000 records and returns the events. Stores nothing.',
  role: 'ingest',
  input: z.strictObject({ records: recordsInput, source: sourceInput.default('http'), ...readingInputs }),
  output: z.object({ events: z.array(eventView) }).meta({ id: 'UnderstoodRecords' }),
  async run(
    { records, source, map, host, zone: zoneMinutes, file_zone: fileZone },
    { normalize, now }: Pick<Deps, 'normalize' | 'now'>,
  ) {
    const texts: string[] = []
    for await (const chunk of chunksOf(records)) {
      texts.push(...chunk.texts.slice(0, mostEvents - texts.length))
      if (texts.length >= mostEvents) break
    }
    const events = await normalize({
      partition: 0,
      first: 0,
      source,
      receivedAt: now(),
      texts,
      map,
      host,
      zoneMinutes,
      fileZone,
    })
    return { events: events.map(toEventView) }
  },
})
