import type { Config } from '../config.ts'
import type { createIntel } from '../intel/create-intel.ts'
import type { createSuppressions } from '../operations/suppressions/suppressions-in-force.ts'
import type { Checkpoint } from '../pipeline/checkpoint.ts'
import { createCorrelate } from '../pipeline/correlate/correlate-stage.ts'
import { createMerge } from '../pipeline/detect/merge/merge-stage.ts'
import { createPipeline, type Pipeline } from '../pipeline/pipeline.ts'
import { createPropose } from '../pipeline/propose/propose.ts'
import { createTriage, keepTriage } from '../pipeline/triage/triage.ts'
import type { Event } from '../schema/event.ts'
import type { Playbook } from '../schema/playbook.ts'
import type { Transaction } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import type { Telemetry } from '../telemetry.ts'
import type { createEventStages } from './event-stages.ts'
import type { SampleKeeper } from './samples.ts'

interface RoadParts {
  readonly config: Pick<Config, 'correlate'>
  readonly store: Store
  readonly queue: Pipeline<Transaction>['queue']
  readonly telemetry: Telemetry
  readonly samples: Pick<SampleKeeper, 'drops' | 'isHere'>
  readonly stages: ReturnType<typeof createEventStages>
  readonly threats: Pick<ReturnType<typeof createIntel>, 'countDetections'>
  readonly suppressions: ReturnType<typeof createSuppressions>
  readonly checkpoint: Checkpoint<Transaction>
  readonly playbooks: readonly Playbook[]
  readonly triage: Parameters<typeof createTriage>[0]
  readonly models: {
    readonly requests: Pipeline<Transaction>['modelRequests']
    readonly ask: Pipeline<Transaction>['askModels']
    readonly opinions: Pipeline<Transaction>['opinions']
  }
  readonly results: Pipeline<Transaction>['results']
  readonly receivers: { readonly notify: Pipeline<Transaction>['notify'] }
  readonly now: () => number
}

/** Fills the road in with what this program is made of, and opens it. */
export const layRoad = ({
  config,
  store,
  queue,
  telemetry,
  samples,
  stages,
  threats,
  suppressions,
  checkpoint,
  playbooks,
  triage,
  models,
  results,
  receivers,
  now,
}: RoadParts): void => {
  createPipeline({
    queue,
    meter: telemetry.meter,
    normalize: (batches, delivery) =>
      stages.normalizer.stage(
        batches.filter(({ source }) => !samples.drops(source)),
        delivery,
      ),
    mine: stages.mine,
    enrich: stages.enrich,
    events: {
      begin() {
        const packing = store.events.packing()
        let failed = 0
        let count = 0
        let last: Event | undefined
        return {
          add(events) {
            packing.add(events)
            count += events.length
            last = events.at(-1) ?? last
            for (const { kind } of events) if (kind === 'pipeline_error') failed += 1
          },
          finish: async () => ({ packed: await packing.finish(), parsed: count - failed, failed, last }),
        }
      },
      async save({ packed, parsed, failed, last }, tx) {
        await store.events.save(packed, tx)
        const counts = stages.normalizer.takeCounts()
        await store.parseHealth.add(
          counts.map(({ lastSeenAt, ...count }) => ({ ...count, last_seen_at: lastSeenAt })),
          tx,
        )
        if (last) checkpoint.reached([last])
        telemetry.parsed(parsed, failed)
      },
    },
    detect: stages.detect,
    detections: {
      async save(detections, tx) {
        await store.detections.save(detections, tx)
        await store.anomalies.save(detections, tx)
        for (const { detector } of detections) telemetry.detected(detector, 1)
        threats.countDetections(detections)
      },
    },
    merge: createMerge(store.alerts, store.suppressions, store.audit, { now, suppress: suppressions.suppress }),
    checkpoint: checkpoint.stage,
    alerts: store.alerts,
    triage: createTriage(triage),
    triageResults: keepTriage({ results: store.triageResults, contexts: store.alertContext }),
    modelRequests: {
      ...models.requests,
      save: async (alerts, tx) => (samples.isHere() ? undefined : models.requests.save(alerts, tx)),
    },
    askModels: models.ask,
    opinions: models.opinions,
    results,
    correlate: createCorrelate(store.alerts, store.incidents, { now, gap: config.correlate.gap }),
    propose: createPropose(playbooks, store.remediationActions, now),
    incidents: store.incidents,
    // nobody is told of a recording
    notify: async (incidents, delivery) => (samples.isHere() ? incidents : receivers.notify(incidents, delivery)),
  })
}
