import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter } from '../../../lib/bytes/codec.ts'
import { day, minute } from '../../../lib/units/time.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import type { Detector } from '../detector.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { keepSample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import { readOpenParts, writeOpenParts } from '../shared/open-parts.ts'
import { isAboutLogin, severityHintOf } from '../shared/severity-hint.ts'
import { readState } from '../shared/state.ts'
import { readNewGroup, writeNewGroup } from './new-group-state.ts'
import { isSpent, startSlots, takeMessage } from './slots.ts'
import {
  chanceOf,
  eventHost,
  explainNewMessages,
  explainNewValue,
  explainRareError,
  explainRepeatedError,
  type NewGroup,
} from './template-explanation.ts'
import {
  addRareTime,
  type Debut,
  type KnownTemplate,
  rareRate,
  readMemory,
  startMemory,
  type TemplateMemory,
  writeMemory,
} from './template-memory.ts'

const name = 'template'
const version = 3
const maxMessages = 20
/** How many lines a slot needs before its new values are reported. */
const slotWarmup = 200
/** An error may be this many times more probable than other new messages and is still reported. */
const errorFactor = 2
/** A known but rare message must be this many times less probable than a new one to be reported. */
const knownFactor = 10
/** A message seen more often is not rare. */
const rareCount = 3
/** A service must be known for so long before its new errors count as repeating. */
const knownFor = day
/** A new error repeats if it comes so often within its first day, but not within its first minutes. */
const repeats = 10
const longestDebut = day
const shortestDebut = 20 * minute
/** Where nearly nothing is an error, fewer and faster repetitions are enough, unless clients cause them. */
const quickRepeats = 3
const shortestQuickDebut = minute / 2
const longestQuickDebut = day / 4
const fewErrors = 0.02
const fewErrorLines = 50
/** Where so many kinds of errors are known, few repetitions are no news, and a new one must come as often as the most frequent tenth. */
const manyKinds = 10
const frequentKinds = 0.9
/** The share of the service's earlier errors that a new error must reach. */
const leastOfErrors = 0.5

/** A number of errors is no news if as many of all kinds are expected more often than this. */
const expectedChance = 1e-3

/** Whether a service logs so many errors of all kinds in as many lines anyway, as a Poisson process. */
const isExpected = (count: number, debut: Debut, lines: number): boolean => {
  const mean = (debut.errors / Math.max(1, debut.lines)) * Math.max(0, lines - debut.lines)
  let term = Math.exp(-mean)
  let below = 0
  for (let n = 0; n < count; n++) {
    below += term
    term *= mean / (n + 1)
  }
  return 1 - below > expectedChance
}

const options = z.strictObject({
  warmup: z
    .int()
    .min(1)
    .default(300)
    .describe('How many lines of a service to learn before findings may be rated above low.'),
  chance: z
    .number()
    .positive()
    .max(0.5)
    .default(0.005)
    .describe('Maximum probability of a new message to report, for its service and time.'),
  together_minutes: z
    .number()
    .positive()
    .default(2)
    .describe('New messages within this time of each other are reported as one.'),
  longest_minutes: z
    .number()
    .positive()
    .default(10)
    .describe('How long new messages are grouped before a new group begins.'),
  values: z.boolean().default(true).describe('Whether to report new values in places that have had few.'),
  max_services: z.int().min(1).default(300).describe('How many services to track.'),
  max_templates: z.int().min(1).default(5000).describe('How many kinds of messages to remember per service.'),
})

/**
 * Finds new and rare messages, by service across hosts. A message's score depends on how often the service has new ones, so a young or
 * ever-changing service causes no storm. O(1) per event. Not for free text, where every line is new.
 */
export const template: Component<typeof options, Detector> = {
  name,
  summary: 'Finds messages that were never seen before, very rare errors, and new values in messages.',
  options,
  create(given, { now }) {
    let memories = new BoundedMap<TemplateMemory>(given.max_services)
    /** Caches the memory of each stream's service, to avoid building a key per event. */
    let byStream = new BoundedMap<{ memory: TemplateMemory; usedAt: number }>(4 * given.max_services)
    const groups = new Map<string, NewGroup>()

    const memoryOf = (event: Event): TemplateMemory | undefined => {
      const known = byStream.get(event.stream)
      if (known && memories.get(known.memory.key) === known.memory) {
        known.usedAt = event.time
        return known.memory
      }
      const service = event.fields['service.name']
      const key = typeof service === 'string' ? `${event.source}/${service}` : event.source
      let memory = memories.get(key)
      if (!memory) {
        if (!memories.admits(key)) return undefined
        memory = startMemory(key, event, given.max_templates)
        memories.set(key, memory)
      }
      byStream.set(event.stream, { memory, usedAt: event.time })
      return memory
    }

    /** Counts the lines and errors of the service before a new error; if the service is new, those of its whole source. */
    const debutOf = ({ source, since, lines, errorLines }: TemplateMemory, time: number): Debut | undefined => {
      if (time - since >= knownFor) return { time, lines, errors: errorLines }
      const past = { time, lines: 0, errors: 0 }
      let oldest = time
      for (const other of memories.values()) {
        if (other.source !== source) continue
        oldest = Math.min(oldest, other.since)
        past.lines += other.lines
        past.errors += other.errorLines
      }
      return time - oldest >= knownFor ? past : undefined
    }

    const learnNew = (memory: TemplateMemory, event: Event, id: string, add: (found: Detection) => void): void => {
      const fresh: KnownTemplate = {
        id,
        severityHint: severityHintOf(event),
        count: 1,
        last: event.time,
        slots: undefined,
        debut: undefined,
        usedAt: event.time,
      }
      if (fresh.severityHint > 0 && !isAboutLogin(event)) fresh.debut = debutOf(memory, event.time)
      const open = groups.get(memory.key)
      const together =
        open &&
        event.time - open.last <= given.together_minutes * minute &&
        event.time - open.start <= given.longest_minutes * minute
      if (open && !together) close(memory, open, add)
      const group = together ? open : startGroup(memory, event, given.warmup)
      if (!together) {
        groups.set(memory.key, group)
        addRareTime(memory, event.time)
      }
      group.last = Math.max(group.last, event.time)
      group.count++
      group.changed = true
      if (fresh.severityHint > group.severityHint) group.severityHint = fresh.severityHint
      if (group.messages.length < maxMessages) {
        group.messages.push({ template: fresh, sample: keepSample(event), message: flatText(event.message, 400) })
      }
      // The first lines of a service, and all lines of a file without times, have no past to differ from.
      const hasPast = group.span > 0
      if (hasPast && chanceOf(group) <= given.chance * (group.severityHint > 0 ? errorFactor : 1)) group.reported = true
      if (group.reported && group.count >= group.nextCount) {
        group.nextCount = 2 * group.count
        report(memory, group, add)
      }
      memory.templates.set(id, fresh)
      memory.novelty.learn(true)
    }

    const learnKnown = (
      memory: TemplateMemory,
      event: Event,
      known: KnownTemplate,
      add: (found: Detection) => void,
    ): void => {
      const learning = memory.lines < given.warmup
      if (known.count <= rareCount && known.severityHint > 0 && event.time - known.last >= day) {
        const chance = Math.max((known.count + 0.5) / (memory.lines + 1), rareRate(memory, event.time))
        addRareTime(memory, event.time)
        if (chance <= given.chance / knownFactor) add(explainRareError(memory, event, known, chance, learning))
      }
      memory.novelty.learn(false, known.count === 1)
      known.count++
      if (event.time > known.last) known.last = event.time
      known.usedAt = known.last
      if (known.debut) followDebut(memory, event, known, known.debut, add)
      if (!given.values) return
      const text = event.template?.text ?? ''
      if (known.count === 2 || (known.slots && known.slots.text !== text)) known.slots = startSlots(text)
      const { slots } = known
      if (!slots) return
      const found = takeMessage(slots, event.message)
      if (found && slots.total > slotWarmup) {
        const chance = Math.max(found.probability, rareRate(memory, event.time))
        addRareTime(memory, event.time)
        if (chance <= given.chance / knownFactor)
          add(explainNewValue(memory, event, found, slots.total - 1, chance, learning))
      }
      if (isSpent(slots)) known.slots = undefined
    }

    /** Reports a new error once it repeats. */
    const followDebut = (
      memory: TemplateMemory,
      event: Event,
      known: KnownTemplate,
      debut: Debut,
      add: (found: Detection) => void,
    ): void => {
      const age = event.time - debut.time
      if (age > longestDebut) known.debut = undefined
      if (age > longestDebut || known.count < quickRepeats) return
      const share = known.count / Math.max(known.count, memory.lines - debut.lines)
      if (share < leastOfErrors * (debut.errors / debut.lines)) return
      const isOften = known.count >= repeats && age >= shortestDebut
      const isEarly = age >= shortestQuickDebut && age <= longestQuickDebut && event.fields['source.ip'] === undefined
      if (!isOften && !isEarly) return
      const rates = errorRates(memory)
      if (rates.length >= manyKinds) {
        if (!isOften || known.count < (rates[Math.floor(frequentKinds * rates.length)] ?? 0)) return
      } else if (!isOften) {
        const isRare = debut.errors < Math.max(fewErrorLines, fewErrors * debut.lines)
        if (!isRare || isExpected(known.count, debut, memory.lines)) return
      }
      known.debut = undefined
      add(explainRepeatedError(memory, event, known, debut))
    }

    /** Returns how often a day each known kind of error of a service comes, in order. O(templates). */
    const errorRates = ({ templates, since, newest }: TemplateMemory): readonly number[] => {
      const span = Math.max(1, (newest - since) / day)
      return [...templates.values()]
        .flatMap(({ severityHint, count, debut }) => (severityHint > 0 && !debut ? count / span : []))
        .sort((a, b) => a - b)
    }

    const close = (memory: TemplateMemory, group: NewGroup, add: (found: Detection) => void): void => {
      if (group.reported && group.changed) report(memory, group, add)
      groups.delete(memory.key)
    }

    const detect = (events: readonly Event[]): Detection[] => {
      const found = new Map<string, Detection>()
      const add = (detection: Detection) => void found.set(detection.id, detection)
      for (const event of events) {
        const mined = event.template
        if (!mined) continue
        const memory = memoryOf(event)
        if (!memory) continue
        if (event.time > memory.newest) memory.newest = event.time
        memory.usedAt = memory.newest
        const known = memory.templates.get(mined.id)
        if (known) learnKnown(memory, event, known, add)
        else learnNew(memory, event, mined.id, add)
        memory.lines++
        if ((known ?? memory.templates.get(mined.id))?.severityHint) memory.errorLines++
        if (event.fields['event.category'] === 'package') memory.packageLines++
      }
      if (events.length === 0) {
        for (const [key, group] of [...groups]) {
          const memory = memories.get(key)
          if (!memory) groups.delete(key)
          else if (now() - group.last > given.together_minutes * minute) close(memory, group, add)
          else if (group.reported && group.changed) report(memory, group, add)
        }
      }
      return [...found.values()]
    }

    return {
      name,
      detect,
      progress: () =>
        [...memories.values()].map(({ key, lines }) => ({ of: key, seen: lines, needed: given.warmup, unit: 'lines' })),
      save() {
        const writer = createWriter(name, version).varint(memories.size)
        for (const memory of memories.values()) writeMemory(writer, memory)
        // Their order is the order of their findings.
        const open = [...groups].filter(([key]) => memories.get(key) !== undefined)
        writer.varint(open.length)
        for (const [key] of open) writer.text(key)
        writeOpenParts(
          writer,
          open.map(([, group]) => group),
          writeNewGroup,
        )
        return writer.finish()
      },
      restore(state) {
        readState(state, name, version, (reader) => {
          const restored = new BoundedMap<TemplateMemory>(given.max_services)
          for (let left = reader.varint(); left > 0; left--) {
            const memory = readMemory(reader, given.max_templates)
            restored.set(memory.key, memory)
          }
          memories = restored
          byStream = new BoundedMap(4 * given.max_services)
          groups.clear()
          if (reader.ended) return
          const open = Array.from({ length: reader.varint() }, () => restored.get(reader.text()))
          readOpenParts(reader, open, (part, memory, samples) => {
            groups.set(memory.key, readNewGroup(part, memory, samples))
          })
        })
      },
    }
  },
}

const startGroup = (memory: TemplateMemory, event: Event, warmup: number): NewGroup => ({
  stream: event.stream,
  host: eventHost(event),
  start: event.time,
  last: event.time,
  messages: [],
  count: 0,
  lines: memory.lines,
  span: memory.newest - memory.since,
  chance: Math.max(memory.novelty.surprise(), rareRate(memory, event.time)),
  errorChance: Math.min(1, (memory.errorLines + 0.5) / (memory.lines + 1)),
  severityHint: 0,
  learning: memory.lines < warmup,
  isPackaging: memory.packageLines > memory.lines / 2,
  reported: false,
  nextCount: 1,
  changed: false,
})

const report = (memory: TemplateMemory, group: NewGroup, add: (found: Detection) => void): void => {
  group.changed = false
  const detection = explainNewMessages(memory, group)
  if (detection) add(detection)
}
