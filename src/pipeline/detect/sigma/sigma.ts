import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { createWriter } from '../../../lib/bytes/codec.ts'
import { createEngine, type Engine, type EngineOptions } from '../../../lib/sigma/sigma.ts'
import type { Detection } from '../../../schema/detection/detection.ts'
import type { Event } from '../../../schema/event/event.ts'
import type { Detector } from '../detector.ts'
import { BoundedMap } from '../shared/bounded-map.ts'
import { type EventSample, keepSample } from '../shared/evidence.ts'
import { readSampleFields, writeSampleFields } from '../shared/sample-state.ts'
import { readState } from '../shared/state.ts'
import { createEpisodes } from './episodes.ts'
import { readKeptLine, writeKeptLine } from './kept-line.ts'
import type { RuleBook } from './rule-book.ts'
import { createFlattening } from './sigma-event.ts'

const name = 'sigma'
const version = 2
/** The state of an engine that was never built. */
const nothingCorrelated = new Uint8Array()

const options = z.strictObject({
  quiet: z.int().min(1).default(3600).describe('Seconds without a match after which the next one opens a new episode.'),
  max_episodes: z.int().min(1).default(5000).describe('How many episodes to remember.'),
  separate: z
    .int()
    .min(1)
    .default(20)
    .describe(
      'How many subjects of one rule up to the level medium to report on their own, before the rest are reported together.',
    ),
  max_samples: z.int().min(0).default(2000).describe('How many lines to keep as evidence for correlations.'),
})

interface Line {
  readonly sample: EventSample
  usedAt: number
}

/**
 * Which findings of rules to report: with `rules`, the events that correlations count leave as facts; with `correlations`, facts come in.
 */
export type SigmaReports = NonNullable<EngineOptions['reports']>

/** Matches events against the active rules. */
export const sigmaDetector = (rules: RuleBook, reports: SigmaReports = 'all'): Component<typeof options, Detector> => ({
  name,
  summary: 'Finds events, and correlated events, that Sigma rules describe.',
  options,
  create({ quiet, max_episodes: mostEpisodes, separate, max_samples: maxSamples }) {
    // Reusing the object is safe, because each match is handled before the next event.
    const flatten = createFlattening()
    const noEpisodes = () => createEpisodes({ detector: name, longestPause: quiet * 1000, mostEpisodes, separate })
    const noLines = () => new BoundedMap<Line>(Math.max(1, maxSamples))
    let engine: Engine | undefined
    let revision = -1
    let restored: Uint8Array | undefined
    let episodes = noEpisodes()
    let lines = noLines()
    let facts: Event[] = []

    /** Returns the engine for the active rules. Carries correlation state over when the rules change. */
    const current = (): Engine => {
      if (engine && revision === rules.revision) return engine
      const state = engine ? engine.save() : restored
      engine = createEngine(rules.documents, { taxonomy: rules.taxonomy, reports })
      if (state) engine.restore(state)
      restored = undefined
      revision = rules.revision
      return engine
    }
    const findLine = (id: string): EventSample | undefined => lines.get(id)?.sample

    return {
      name,
      includesAlerts: true,
      detect(events) {
        const running = current()
        const found = new Map<string, Detection>()
        let at: Event | undefined
        let kept: Event | undefined
        const keep = () => {
          // Several rules may match one event.
          if (!at || at === kept) return
          kept = at
          if (reports === 'rules') facts.push(at)
          else lines.set(at.id, { sample: keepSample(at), usedAt: at.time })
        }
        for (const event of events) {
          if (event.kind === 'pipeline_error') continue
          at = event
          for (const match of running.match(flatten(event), keep)) {
            const detection = episodes.report(match, event, findLine)
            if (detection) found.set(detection.id, detection)
          }
        }
        return [...found.values()]
      },
      takeFacts() {
        const taken = facts
        facts = []
        return taken
      },
      save() {
        // An engine takes a tenth of a second to build, so it waits for the first event.
        const correlated = engine ? current().save() : (restored ?? nothingCorrelated)
        const samples = Array.from(lines.values(), ({ sample }) => sample)
        const writer = createWriter(name, version).bytes(correlated)
        episodes.write(writer)
        writer.varint(samples.length)
        for (const sample of samples) writeKeptLine(writer, sample)
        writeSampleFields(writer, [...episodes.lines(), ...samples])
        return writer.finish()
      },
      restore(state) {
        readState(state, name, version, (reader) => {
          const engineState = reader.bytes()
          const knownEpisodes = noEpisodes()
          const shown = knownEpisodes.read(reader)
          const samples = Array.from({ length: reader.varint() }, () => readKeptLine(reader))
          readSampleFields(reader, [...shown, ...samples])
          const knownLines = noLines()
          for (const sample of samples) knownLines.set(sample.id, { sample, usedAt: sample.time })
          restored = engineState.length > 0 ? engineState : undefined
          engine = undefined
          episodes = knownEpisodes
          lines = knownLines
        })
      },
    }
  },
})
