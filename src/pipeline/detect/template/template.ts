import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter } from '../../../lib/codec/codec.ts'
import type { Detection } from '../../../schema/detection.ts'
import type { Event } from '../../../schema/event.ts'
import type { Detector } from '../detector.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { keepSample } from '../shared/evidence.ts'
import { flatText } from '../shared/flat-text.ts'
import { gravityOf } from '../shared/gravity.ts'
import { isSpent, startSlots, takeMessage } from '../shared/slots.ts'
import { readState } from '../shared/state.ts'
import {
  addNews,
  type KnownTemplate,
  newsRate,
  readMemory,
  startMemory,
  type TemplateMemory,
  writeMemory,
} from './template-memory.ts'
import { chanceOf, hostOf, type NewGroup, tellNew, tellRare, tellValue } from './template-story.ts'

const name = 'template'
const version = 1
const minute = 60_000
const day = 24 * 60 * minute
const maxMessages = 20
/** A value is only odd in a place that was seen this often. */
const slotWarmup = 200
/** What sounds like an error is told though it is this many times likelier. */
const errorFactor = 2
/** What is known, but rare, is told only when it is this many times less likely than something new has to be. */
const knownFactor = 10
/** What was seen this often is not rare. */
const rareCount = 3

const options = z.strictObject({
  warmup: z
    .int()
    .min(1)
    .default(300)
    .describe('How many lines of a service must be known before its findings may be graver than low.'),
  chance: z
    .number()
    .positive()
    .max(0.5)
    .default(0.005)
    .describe('How likely something new may be, in this service at this time, and still be told.'),
  together_minutes: z
    .number()
    .positive()
    .default(2)
    .describe('New messages that come within this time of each other are told as one.'),
  longest_minutes: z
    .number()
    .positive()
    .default(10)
    .describe('How long new messages are collected before they are told anew.'),
  values: z
    .boolean()
    .default(true)
    .describe('Whether words that messages never had in a place where they have few are told.'),
  max_services: z.int().min(1).default(300).describe('How many services are remembered.'),
  max_templates: z.int().min(1).default(5000).describe('How many kinds of messages are remembered for each.'),
})

/**
 * Finds messages that are new or rare, by service across hosts. How surprising a new one is comes from how often there are new ones: a
 * young or an ever-changing service is no storm. O(1) an event. Not for free prose, where every line is new.
 */
export const template: Component<typeof options, Detector> = {
  name,
  summary:
    'Finds messages that were never seen before, errors that are very rare, and new words where messages have few.',
  options,
  create(given, { now }) {
    let memories = new BoundedMap<TemplateMemory>(given.max_services)
    /** The memory of each stream's service, so that no key is put together per event. */
    let byStream = new BoundedMap<{ memory: TemplateMemory; usedAt: number }>(4 * given.max_services)
    const groups = new Map<string, NewGroup>()

    const memoryOf = (event: Event): TemplateMemory => {
      const known = byStream.get(event.stream)
      if (known && memories.get(known.memory.key) === known.memory) {
        known.usedAt = event.time
        return known.memory
      }
      const service = event.fields['service.name']
      const key = typeof service === 'string' ? `${event.source}/${service}` : event.source
      let memory = memories.get(key)
      if (!memory) {
        memory = startMemory(key, event, given.max_templates)
        memories.set(key, memory)
      }
      byStream.set(event.stream, { memory, usedAt: event.time })
      return memory
    }

    const meet = (memory: TemplateMemory, event: Event, id: string, add: (found: Detection) => void): void => {
      const fresh: KnownTemplate = {
        id,
        gravity: gravityOf(event),
        count: 1,
        last: event.time,
        slots: undefined,
        usedAt: event.time,
      }
      const open = groups.get(memory.key)
      const together =
        open &&
        event.time - open.last <= given.together_minutes * minute &&
        event.time - open.start <= given.longest_minutes * minute
      if (open && !together) close(memory, open, add)
      const group = together ? open : startGroup(memory, event, given.warmup)
      if (!together) {
        groups.set(memory.key, group)
        addNews(memory, event.time)
      }
      group.last = Math.max(group.last, event.time)
      group.count++
      group.changed = true
      if (fresh.gravity > group.gravity) group.gravity = fresh.gravity
      if (group.messages.length < maxMessages) {
        group.messages.push({ template: fresh, sample: keepSample(event), message: flatText(event.message, 400) })
      }
      if (chanceOf(group) <= given.chance * (group.gravity > 0 ? errorFactor : 1)) group.told = true
      if (group.told && group.count >= group.nextCount) {
        group.nextCount = 2 * group.count
        tell(memory, group, add)
      }
      memory.templates.set(id, fresh)
      memory.novelty.learn(true)
    }

    const meetAgain = (
      memory: TemplateMemory,
      event: Event,
      known: KnownTemplate,
      add: (found: Detection) => void,
    ): void => {
      const learning = memory.lines < given.warmup
      if (known.count <= rareCount && known.gravity > 0 && event.time - known.last >= day) {
        const chance = Math.max((known.count + 0.5) / (memory.lines + 1), newsRate(memory, event.time))
        addNews(memory, event.time)
        if (chance <= given.chance / knownFactor) add(tellRare(memory, event, known, chance, learning))
      }
      memory.novelty.learn(false, known.count === 1)
      known.count++
      if (event.time > known.last) known.last = event.time
      known.usedAt = known.last
      if (!given.values) return
      const text = event.template?.text ?? ''
      if (known.count === 2 || (known.slots && known.slots.text !== text)) known.slots = startSlots(text)
      const { slots } = known
      if (!slots) return
      const found = takeMessage(slots, event.message)
      if (found && slots.total > slotWarmup) {
        const chance = Math.max(found.probability, newsRate(memory, event.time))
        addNews(memory, event.time)
        if (chance <= given.chance / knownFactor)
          add(tellValue(memory, event, found, slots.total - 1, chance, learning))
      }
      if (isSpent(slots)) known.slots = undefined
    }

    const close = (memory: TemplateMemory, group: NewGroup, add: (found: Detection) => void): void => {
      if (group.told && group.changed) tell(memory, group, add)
      groups.delete(memory.key)
    }

    const detect = (events: readonly Event[]): Detection[] => {
      const found = new Map<string, Detection>()
      const add = (detection: Detection) => void found.set(detection.id, detection)
      for (const event of events) {
        const mined = event.template
        if (!mined) continue
        const memory = memoryOf(event)
        if (event.time > memory.newest) memory.newest = event.time
        memory.usedAt = memory.newest
        const known = memory.templates.get(mined.id)
        if (known) meetAgain(memory, event, known, add)
        else meet(memory, event, mined.id, add)
        memory.lines++
        if ((known ?? memory.templates.get(mined.id))?.gravity) memory.graveLines++
      }
      if (events.length === 0) {
        for (const [key, group] of [...groups]) {
          const memory = memories.get(key)
          if (!memory) groups.delete(key)
          else if (now() - group.last > given.together_minutes * minute) close(memory, group, add)
          else if (group.told && group.changed) tell(memory, group, add)
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
        })
      },
    }
  },
}

const startGroup = (memory: TemplateMemory, event: Event, warmup: number): NewGroup => ({
  stream: event.stream,
  host: hostOf(event),
  start: event.time,
  last: event.time,
  messages: [],
  count: 0,
  lines: memory.lines,
  span: memory.newest - memory.since,
  chance: Math.max(memory.novelty.surprise(), newsRate(memory, event.time)),
  errorChance: Math.min(1, (memory.graveLines + 0.5) / (memory.lines + 1)),
  gravity: 0,
  learning: memory.lines < warmup,
  told: false,
  nextCount: 1,
  changed: false,
})

const tell = (memory: TemplateMemory, group: NewGroup, add: (found: Detection) => void): void => {
  group.changed = false
  const detection = tellNew(memory, group)
  if (detection) add(detection)
}
