import type { Reader, Writer } from '../../../lib/bytes/codec.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import type { EventSample } from '../shared/evidence.ts'
import { readSample, writeSample } from '../shared/sample-state.ts'
import { DailyMaxima } from './daily-maxima.ts'
import {
  type ClientAmount,
  type ServiceTransfers,
  type Totals,
  type TransferClient,
  transferSpans,
} from './service-transfers.ts'

export const writeServiceTransfers = (writer: Writer, one: ServiceTransfers, samples: EventSample[]): void => {
  writer
    .text(one.key)
    .text(one.source)
    .u8(one.service === undefined ? 0 : 1)
  if (one.service !== undefined) writer.text(one.service)
  writer.text(one.stream).f64(one.usedAt).f64(one.newest).f64(one.leap).varint(one.findings)
  for (const span of transferSpans) writeTotals(writer, one.totals[span])
  writer.varint(one.users.size + one.addresses.size)
  for (const client of one.users.values()) writeClient(writer, client, samples)
  for (const client of one.addresses.values()) writeClient(writer, client, samples)
}

export const readServiceTransfers = (reader: Reader, maxClients: number, samples: EventSample[]): ServiceTransfers => {
  const names = { key: reader.text(), source: reader.text() }
  const service = reader.u8() === 1 ? reader.text() : undefined
  const stream = reader.text()
  const times = { usedAt: reader.f64(), newest: reader.f64(), leap: reader.f64() }
  const findings = reader.varint()
  const totals = { hour: readTotals(reader), day: readTotals(reader) }
  const users = new BoundedMap<TransferClient>(maxClients)
  const addresses = new BoundedMap<TransferClient>(maxClients)
  for (let left = reader.varint(); left > 0; left--) {
    const client = readClient(reader, samples)
    const clients = client.isUser ? users : addresses
    clients.set(client.name, client)
  }
  return { ...names, service, stream, ...times, findings, totals, users, addresses }
}

const writeTotals = (writer: Writer, { amounts, jumps, top, second, holder, jump }: Totals): void => {
  writer.f64s(Float64Array.from(amounts.values)).f64s(Float64Array.from(jumps.values))
  writer.f64(top).f64(second).text(holder).f64(jump)
}

const readTotals = (reader: Reader): Totals => {
  const [amounts, jumps] = [new DailyMaxima([...reader.f64s()]), new DailyMaxima([...reader.f64s()])]
  return { amounts, jumps, top: reader.f64(), second: reader.f64(), holder: reader.text(), jump: reader.f64() }
}

const writeClient = (writer: Writer, client: TransferClient, samples: EventSample[]): void => {
  writer
    .text(client.name)
    .u8(client.isUser ? 1 : 0)
    .f64(client.usedAt)
  writer.varint(client.days).f64(client.lastDay).f64(client.rotated)
  for (const span of transferSpans) {
    const { start, bytes, events, recent, earlier, reported } = client.amounts[span]
    writer.f64(start).f64(bytes).varint(events).f64(recent).f64(earlier).f64(reported)
  }
  writer.varint(client.samples.length)
  for (const { bytes, sample } of client.samples) writeSample(writer.f64(bytes), sample, samples)
}

const readClient = (reader: Reader, samples: EventSample[]): TransferClient => {
  const who = { name: reader.text(), isUser: reader.u8() === 1, usedAt: reader.f64() }
  const days = { days: reader.varint(), lastDay: reader.f64(), rotated: reader.f64() }
  const amounts = { hour: readAmount(reader), day: readAmount(reader) }
  const own: TransferClient['samples'] = []
  for (let left = reader.varint(); left > 0; left--) {
    const bytes = reader.f64()
    const sample = readSample(reader, samples)
    if (sample) own.push({ bytes, sample })
  }
  return { ...who, ...days, amounts, samples: own }
}

const readAmount = (reader: Reader): ClientAmount => ({
  start: reader.f64(),
  bytes: reader.f64(),
  events: reader.varint(),
  recent: reader.f64(),
  earlier: reader.f64(),
  reported: reader.f64(),
})
