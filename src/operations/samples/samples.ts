import type { SampleRemoval, SampleStatus } from '../../schema/sample.ts'

/** The recorded week that a newcomer sees first. */
export interface Samples {
  status(): Promise<SampleStatus>
  /** Begins to load it; it is analysed in the background. Throws CONFLICT when there are events already, NOT_FOUND without a recording. */
  load(): Promise<void>
  /** Removes it and all that was found in it; resolves when that is done. */
  remove(): Promise<SampleRemoval>
}
