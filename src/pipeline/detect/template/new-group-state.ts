import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import type { EventSample } from '../shared/evidence.ts'
import { readSample, writeSample } from '../shared/sample-state.ts'
import type { SeverityHint } from '../shared/severity-hint.ts'
import type { NewGroup, NewMessage } from './template-explanation.ts'
import type { KnownTemplate, TemplateMemory } from './template-memory.ts'

/** Writes an open group of new messages. */
export const writeNewGroup = (writer: Writer, group: NewGroup, samples: EventSample[]): void => {
  writer
    .text(group.stream)
    .text(group.host ?? '')
    .f64(group.start)
    .f64(group.last)
    .varint(group.count)
    .f64(group.lines)
    .f64(group.span)
    .f64(group.chance)
    .f64(group.errorChance)
    .u8(group.severityHint)
    .varint(group.nextCount)
  for (const flag of [group.learning, group.isPackaging, group.reported, group.changed]) writer.u8(flag ? 1 : 0)
  writer.varint(group.messages.length)
  for (const { template, sample, message } of group.messages) {
    writer.text(template.id).u8(template.severityHint).f64(template.count).f64(template.last).text(message)
    writeSample(writer, sample, samples)
  }
}

/** Reads an open group of new messages. Its templates are those of the service, so that they count on. */
export const readNewGroup = (reader: Reader, { templates }: TemplateMemory, samples: EventSample[]): NewGroup => {
  const group = {
    stream: reader.text(),
    host: reader.text() || undefined,
    start: reader.f64(),
    last: reader.f64(),
    count: reader.varint(),
    lines: reader.f64(),
    span: reader.f64(),
    chance: reader.f64(),
    errorChance: reader.f64(),
    severityHint: readHint(reader),
    nextCount: reader.varint(),
    learning: reader.u8() === 1,
    isPackaging: reader.u8() === 1,
    reported: reader.u8() === 1,
    changed: reader.u8() === 1,
  }
  const messages: NewMessage[] = []
  for (let left = reader.varint(); left > 0; left--) {
    const forgotten = readForgotten(reader)
    const [message, sample] = [reader.text(), readSample(reader, samples)]
    if (sample) messages.push({ template: templates.get(forgotten.id) ?? forgotten, sample, message })
  }
  return { ...group, messages }
}

/** Reads a template as its service knew it, in case that it has forgotten it since. */
const readForgotten = (reader: Reader): KnownTemplate => {
  const [id, severityHint, count, last] = [reader.text(), readHint(reader), reader.f64(), reader.f64()]
  return { id, severityHint, count, last, slots: undefined, debut: undefined, usedAt: last }
}

const readHint = (reader: Reader): SeverityHint => ([0, 1, 2] as const)[reader.u8()] ?? 0
