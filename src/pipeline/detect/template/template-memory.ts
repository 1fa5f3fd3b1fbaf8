import type { Reader, Writer } from '../../../lib/codec/codec.ts'
import { createNovelty, type Novelty } from '../../../lib/novelty/novelty.ts'
import type { Event } from '../../../schema/event.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { flatText } from '../shared/flat-text.ts'
import type { Gravity } from '../shared/gravity.ts'
import { readSlots, type Slots, writeSlots } from '../shared/slots.ts'

const tenMinutes = 600_000
const week = 7 * 24 * 3_600_000
const maxNews = 200
/** How long the share of new templates is remembered, in lines. */
const noveltyMemory = 5000

/** What is known of one template. */
export interface KnownTemplate {
  readonly id: string
  gravity: Gravity
  count: number
  last: number
  slots: Slots | undefined
  usedAt: number
}

/** What is known of the messages of one service of one source, on whichever host. */
export interface TemplateMemory {
  readonly key: string
  readonly source: string
  readonly service: string
  readonly novelty: Novelty
  readonly templates: BoundedMap<KnownTemplate>
  lines: number
  graveLines: number
  since: number
  newest: number
  /** When there was something new or rare in the past week. */
  news: number[]
  usedAt: number
}

export const startMemory = (key: string, event: Event, maxTemplates: number): TemplateMemory => {
  const service = event.fields['service.name']
  return {
    key,
    source: event.source,
    service: typeof service === 'string' ? flatText(service) : '',
    novelty: createNovelty({ memory: noveltyMemory }),
    templates: new BoundedMap(maxTemplates),
    lines: 0,
    graveLines: 0,
    since: event.time,
    newest: event.time,
    news: [],
    usedAt: event.time,
  }
}

/**
 * How likely something new or rare was in this ten minutes, from how often there was in the past week. A stream that keeps making up new
 * messages, or that is young, thus has little that is news.
 */
export const newsRate = ({ news, since, newest }: TemplateMemory, time: number): number => {
  const span = Math.min(week, Math.max(0, newest - since))
  const lately = news.filter((at) => time - at < week).length
  return Math.min(1, (lately + 0.5) / (span / tenMinutes + 1))
}

/** Remembers that there was news. */
export const addNews = (memory: TemplateMemory, time: number): void => {
  memory.news = [...memory.news.filter((at) => time - at < week), time].slice(-maxNews)
}

export const writeMemory = (writer: Writer, memory: TemplateMemory): void => {
  writer.text(memory.key).text(memory.source).text(memory.service).bytes(memory.novelty.save())
  writer.f64(memory.lines).f64(memory.graveLines).f64(memory.since).f64(memory.newest).f64(memory.usedAt)
  writer.f64s(Float64Array.from(memory.news)).varint(memory.templates.size)
  for (const { id, gravity, count, last, slots, usedAt } of memory.templates.values()) {
    writer
      .text(id)
      .u8(gravity)
      .f64(count)
      .f64(last)
      .f64(usedAt)
      .u8(slots ? 1 : 0)
    if (slots) writeSlots(writer, slots)
  }
}

export const readMemory = (reader: Reader, maxTemplates: number): TemplateMemory => {
  const key = reader.text()
  const source = reader.text()
  const service = reader.text()
  const novelty = createNovelty({ memory: noveltyMemory })
  novelty.restore(reader.bytes())
  const memory: TemplateMemory = {
    key,
    source,
    service,
    novelty,
    templates: new BoundedMap(maxTemplates),
    lines: reader.f64(),
    graveLines: reader.f64(),
    since: reader.f64(),
    newest: reader.f64(),
    usedAt: reader.f64(),
    news: [...reader.f64s()],
  }
  for (let left = reader.varint(); left > 0; left--) {
    const id = reader.text()
    const gravity = reader.u8()
    const template: KnownTemplate = {
      id,
      gravity: gravity === 2 ? 2 : gravity === 1 ? 1 : 0,
      count: reader.f64(),
      last: reader.f64(),
      usedAt: reader.f64(),
      slots: reader.u8() === 1 ? readSlots(reader) : undefined,
    }
    memory.templates.set(id, template)
  }
  return memory
}
