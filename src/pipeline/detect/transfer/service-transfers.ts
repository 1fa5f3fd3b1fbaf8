import { day, hour } from '../../../lib/units/time.ts'
import { type Event, textField } from '../../../schema/event/event.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { type EventSample, keepSample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import { DailyMaxima } from './daily-maxima.ts'
import type { Transferred } from './transferred.ts'

/** Amounts are added by hours and by days. */
export const transferSpans = ['hour', 'day'] as const
export type TransferSpan = (typeof transferSpans)[number]
const lengthOf: Readonly<Record<TransferSpan, number>> = { hour, day }

/** How many times the largest amount of any client is unusual, and how many times the client's own. */
const leastFactor = 4
const leastOwnFactor = 10
/** So many days show what any client receives, and by how much clients exceed their own amounts. */
const leastDays = 7
const leastJumpDays = 5
/** A client's own amounts show what is usual for it after so many days. */
const knownAfterDays = 5
/** Own amounts are forgotten after two to four weeks. */
const ownMemory = 14
/** A smaller part of the least amount is as good as nothing. */
const nothing = 1 / 20
/** Where more clients do the same on a day, the service has changed. */
const mostFindingsPerDay = 3
const grownBy = 1.25
const mostSamples = 5
/** A clock that leaps further needs a second event as confirmation. */
const leap = 2 * day

/** The amount of a client in the current hour or day. */
export interface ClientAmount {
  start: number
  bytes: number
  events: number
  /** The largest amounts of the last two weeks, and of the two weeks before. */
  recent: number
  earlier: number
  /** The amount at the last report; 0 before. */
  reported: number
}

export interface TransferClient {
  readonly name: string
  readonly isUser: boolean
  usedAt: number
  /** The number of days with transfers, and the last of them, counted from 1970. */
  days: number
  lastDay: number
  rotated: number
  readonly amounts: Record<TransferSpan, ClientAmount>
  /** The largest transfers of an unusual hour. */
  samples: { readonly bytes: number; readonly sample: EventSample }[]
}

/** The amounts of all clients. */
export interface Totals {
  /** The largest amount of any client by day. */
  amounts: DailyMaxima
  /** By how much a known client exceeded its own largest amount by day, at least 1; days without known clients are none of them. */
  jumps: DailyMaxima
  /** The same of today: the two largest amounts, whose is the largest, and the largest jump. */
  top: number
  second: number
  holder: string
  jump: number
}

/** The data that a service sends to its clients. */
export interface ServiceTransfers {
  readonly key: string
  readonly source: string
  readonly service: string | undefined
  readonly stream: string
  usedAt: number
  newest: number
  leap: number
  findings: number
  readonly totals: Record<TransferSpan, Totals>
  /** Apart from addresses, which would displace them at a busy site. */
  readonly users: BoundedMap<TransferClient>
  readonly addresses: BoundedMap<TransferClient>
}

/** An amount unlike all others. */
export interface UnusualAmount {
  readonly span: TransferSpan
  readonly client: TransferClient
  readonly amount: ClientAmount
  /** The largest amount so far, of any client or of this one, and the number of days that show it. */
  readonly usual: number
  readonly of: 'all' | 'client'
  readonly days: number
  /** How many times the usual amount is reported. */
  readonly factor: number
  readonly samples: readonly EventSample[]
}

const startTotals = (): Totals => ({
  amounts: new DailyMaxima(),
  jumps: new DailyMaxima(),
  ...{ top: 0, second: 0, holder: '', jump: 0 },
})

export const startServiceTransfers = (key: string, event: Event, maxClients: number): ServiceTransfers => ({
  key: flatText(key, 512),
  source: flatText(event.source),
  service: copyOf(textField(event, 'service.name')),
  stream: flatText(event.stream, 512),
  ...{ usedAt: event.time, newest: event.time, leap: Number.POSITIVE_INFINITY, findings: 0 },
  totals: { hour: startTotals(), day: startTotals() },
  users: new BoundedMap(maxClients),
  addresses: new BoundedMap(maxClients),
})

const copyOf = (text: string | undefined): string | undefined => (text === undefined ? undefined : flatText(text))

const dayOf = (time: number): number => Math.floor(time / day)

/** Adds a transfer, and returns the amount of its client if it is unusual and has grown since it was returned last. O(1). */
export const addTransfer = (
  service: ServiceTransfers,
  { client: name, isUser, bytes }: Transferred,
  event: Event,
  least: number,
): UnusualAmount | undefined => {
  advance(service, event.time)
  // A wrong date counts nowhere.
  if (event.time > service.newest) return undefined
  const clients = isUser ? service.users : service.addresses
  const client = clients.get(name) ?? admit(clients, name, isUser, event.time, bytes >= least * nothing)
  if (!client) return undefined
  use(client, event.time)
  for (const span of transferSpans) addAmount(service, client, span, bytes, event)
  const found = findUnusual(service, client, 'hour', event, bytes, least)
  return found ?? findUnusual(service, client, 'day', event, bytes, least)
}

/** Advances the clock of a service, and ends its day. */
const advance = (service: ServiceTransfers, time: number): void => {
  const { newest, totals } = service
  if (time <= newest) return
  if (time - newest > leap && Math.abs(time - service.leap) > leap) {
    service.leap = time
    return
  }
  service.newest = time
  service.leap = Number.POSITIVE_INFINITY
  if (dayOf(time) === dayOf(newest)) return
  service.findings = 0
  for (const span of transferSpans) {
    const all = totals[span]
    if (all.top > 0) {
      all.amounts.add(all.top)
      if (all.jump > 0) all.jumps.add(all.jump)
    }
    Object.assign(all, { top: 0, second: 0, holder: '', jump: 0 })
  }
}

const startAmount = (): ClientAmount => ({ start: 0, bytes: 0, events: 0, recent: 0, earlier: 0, reported: 0 })

/** A new client; where all places are taken, only one that receives much or comes often. */
const admit = (
  clients: BoundedMap<TransferClient>,
  name: string,
  isUser: boolean,
  time: number,
  isLarge: boolean,
): TransferClient | undefined => {
  if (!isUser && !isLarge && !clients.admits(name)) return undefined
  const today = dayOf(time)
  const amounts = { hour: startAmount(), day: startAmount() }
  const counts = { usedAt: time, days: 0, lastDay: today, rotated: today }
  const client = { name: flatText(name), isUser, ...counts, amounts, samples: [] }
  clients.set(client.name, client)
  return client
}

const use = (client: TransferClient, time: number): void => {
  client.usedAt = Math.max(client.usedAt, time)
  const today = dayOf(time)
  if (today <= client.lastDay) return
  client.days++
  client.lastDay = today
}

const addAmount = (
  service: ServiceTransfers,
  client: TransferClient,
  span: TransferSpan,
  bytes: number,
  { time }: Event,
): void => {
  const amount = client.amounts[span]
  const start = Math.floor(time / lengthOf[span]) * lengthOf[span]
  if (start < amount.start) return
  if (start > amount.start) {
    amount.recent = Math.max(amount.recent, amount.bytes)
    Object.assign(amount, { start, bytes: 0, events: 0, reported: 0 })
    if (span === 'day') rotate(client, dayOf(time))
    else client.samples = []
  }
  amount.bytes += bytes
  amount.events++
  const all = service.totals[span]
  if (all.holder === client.name) all.top = Math.max(all.top, amount.bytes)
  else if (amount.bytes > all.top) {
    all.second = all.top
    all.top = amount.bytes
    all.holder = client.name
  } else all.second = Math.max(all.second, amount.bytes)
}

const rotate = (client: TransferClient, today: number): void => {
  if (today - client.rotated < ownMemory) return
  for (const span of transferSpans) {
    const amount = client.amounts[span]
    amount.earlier = amount.recent
    amount.recent = 0
  }
  client.rotated = today
}

const findUnusual = (
  service: ServiceTransfers,
  client: TransferClient,
  span: TransferSpan,
  event: Event,
  bytes: number,
  least: number,
): UnusualAmount | undefined => {
  const all = service.totals[span]
  const amount = client.amounts[span]
  const own = Math.max(amount.recent, amount.earlier)
  const isKnown = client.days >= knownAfterDays
  const ownBase = Math.max(own, least * nothing)
  if (isKnown) all.jump = Math.max(all.jump, 1, amount.bytes / ownBase)
  if (amount.bytes < least * nothing) return undefined
  // Amounts of others today are usual, too.
  const others = all.holder === client.name ? all.second : all.top
  const limit = Math.max(all.amounts.limit(leastDays, leastFactor), others * leastFactor)
  const ownLimit = isKnown
    ? ownBase * Math.max(leastOwnFactor, all.jumps.limit(leastJumpDays, leastFactor))
    : Number.POSITIVE_INFINITY
  const first = Math.max(least, Math.min(limit, ownLimit))
  if (amount.bytes < first / 8) return undefined
  keepLargest(client, bytes, event)
  if (amount.bytes < first) return undefined
  if (amount.reported > 0 && amount.bytes < grownBy * amount.reported) return undefined
  if (amount.reported === 0) {
    if (service.findings >= mostFindingsPerDay) return undefined
    service.findings++
  }
  amount.reported = amount.bytes
  // An unusual hour makes the day unusual.
  if (span === 'hour') client.amounts.day.reported = client.amounts.day.bytes
  const isOfAll = amount.bytes >= limit
  return {
    ...{
      span,
      client,
      amount,
      of: isOfAll ? 'all' : 'client',
      usual: isOfAll ? Math.max(all.amounts.most, others) : own,
    },
    days: isOfAll ? all.amounts.days : client.days,
    factor: amount.bytes / first,
    samples: client.samples.map(({ sample }) => sample).toSorted((a, b) => a.time - b.time),
  }
}

const keepLargest = (client: TransferClient, bytes: number, event: Event): void => {
  const [smallest] = client.samples
  if (client.samples.some(({ sample }) => sample.id === event.id)) return
  if (client.samples.length >= mostSamples && smallest && smallest.bytes >= bytes) return
  client.samples = [...client.samples, { bytes, sample: keepSample(event) }]
    .toSorted((a, b) => a.bytes - b.bytes)
    .slice(-mostSamples)
}
