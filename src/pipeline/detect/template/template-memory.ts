import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import { createNovelty, type Novelty } from '../../../lib/novelty/novelty.ts'
import { week } from '../../../lib/units/time.ts'
import type { Event } from '../../../schema/event/event.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { flatText } from '../shared/flat-text.ts'
import type { SeverityHint } from '../shared/severity-hint.ts'
import { readSlots, type Slots, writeSlots } from './slots.ts'

const tenMinutes = 600_000
const maxRareTimes = 200
/** Over how many lines the share of new templates is averaged. */
const noveltyMemory = 5000

/** The first time of a new error, and the lines and errors before it. */
export interface Debut {
  readonly time: number
  readonly lines: number
  readonly errors: number
}

/** The state of one template. */
export interface KnownTemplate {
  readonly id: string
  severityHint: SeverityHint
  count: number
  last: number
  slots: Slots | undefined
  /** Set while an error is new, until it is reported as repeating. */
  debut: Debut | undefined
  usedAt: number
}

/** The templates of one service of one source, across hosts. */
export interface TemplateMemory {
  readonly key: string
  readonly source: string
  readonly service: string
  readonly novelty: Novelty
  readonly templates: BoundedMap<KnownTemplate>
  lines: number
  errorLines: number
  /** Lines about installed or upgraded packages. */
  packageLines: number
  since: number
  newest: number
  /** The times of new or rare messages in the past week. */
  rareTimes: number[]
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
    errorLines: 0,
    packageLines: 0,
    since: event.time,
    newest: event.time,
    rareTimes: [],
    usedAt: event.time,
  }
}

/**
 * Returns the probability of a new or rare message in a ten-minute window, from its frequency in the past week. It is high for young
 * streams and for those that keep producing new messages.
 */
export const rareRate = ({ rareTimes, since, newest }: TemplateMemory, time: number): number => {
  const span = Math.min(week, Math.max(0, newest - since))
  const recent = rareTimes.filter((at) => time - at < week).length
  return Math.min(1, (recent + 0.5) / (span / tenMinutes + 1))
}

/** Records a new or rare message. */
export const addRareTime = (memory: TemplateMemory, time: number): void => {
  memory.rareTimes = [...memory.rareTimes.filter((at) => time - at < week), time].slice(-maxRareTimes)
}

export const writeMemory = (writer: Writer, memory: TemplateMemory): void => {
  writer.text(memory.key).text(memory.source).text(memory.service).bytes(memory.novelty.save())
  writer
    .f64(memory.lines)
    .f64(memory.errorLines)
    .f64(memory.packageLines)
    .f64(memory.since)
    .f64(memory.newest)
    .f64(memory.usedAt)
  writer.f64s(Float64Array.from(memory.rareTimes)).varint(memory.templates.size)
  for (const { id, severityHint, count, last, slots, debut, usedAt } of memory.templates.values()) {
    writer
      .text(id)
      .u8(severityHint)
      .f64(count)
      .f64(last)
      .f64(usedAt)
      .u8(slots ? 1 : 0)
    if (slots) writeSlots(writer, slots)
    writer.u8(debut ? 1 : 0)
    if (debut) writer.f64(debut.time).f64(debut.lines).f64(debut.errors)
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
    errorLines: reader.f64(),
    packageLines: reader.f64(),
    since: reader.f64(),
    newest: reader.f64(),
    usedAt: reader.f64(),
    rareTimes: [...reader.f64s()],
  }
  for (let left = reader.varint(); left > 0; left--) {
    const id = reader.text()
    const severityHint = reader.u8()
    const template: KnownTemplate = {
      id,
      severityHint: severityHint === 2 ? 2 : severityHint === 1 ? 1 : 0,
      count: reader.f64(),
      last: reader.f64(),
      usedAt: reader.f64(),
      slots: reader.u8() === 1 ? readSlots(reader) : undefined,
      debut: reader.u8() === 1 ? { time: reader.f64(), lines: reader.f64(), errors: reader.f64() } : undefined,
    }
    memory.templates.set(id, template)
  }
  return memory
}
