import type { Log } from '../component.ts'
import type { Config } from '../config.ts'
import { messageOf } from '../errors.ts'
import type { Store } from '../store/store.ts'
import type { SampleKeeper } from './samples.ts'

interface FirstStart {
  readonly config: Pick<Config, 'samples'>
  readonly sources: Config['sources']
  readonly store: Pick<Store, 'events'>
  readonly samples: SampleKeeper
}

/** Tells whether this start shows the sample: nobody said no, nothing else is to be read, and there never was anything. */
export const wantsSamples = async ({ config, sources, store, samples }: FirstStart): Promise<boolean> =>
  config.samples === 'auto' &&
  sources.length === 0 &&
  (await samples.status()).state === 'absent' &&
  (await store.events.count()).events === 0

/** Loads the sample and says what was found in it. Never throws: a program without its sample is whole. */
export const showSamples = async ({
  samples,
  store,
  print,
  log,
}: {
  readonly samples: SampleKeeper
  readonly store: Pick<Store, 'incidents'>
  readonly print: (text: string) => void
  readonly log: Log
}): Promise<void> => {
  try {
    await samples.load()
    const { title, records, sources } = await samples.status()
    print(`  sample     "${title}": ${records.toLocaleString('en-US')} real log lines from ${sources.length} logs`)
    const { state, seconds } = await samples.loaded()
    if (state !== 'loaded') return
    const { items } = await store.incidents.list({ limit: 100 })
    print(
      `             analysed in ${seconds?.toFixed(1)} s: ${items.length} incidents. It goes when your own logs come.`,
    )
  } catch (error) {
    log.warn({ reason: messageOf(error) }, 'The sample could not be shown.')
  }
}
