import type { SampleRemoval, SampleStatus } from '../../schema/record/sample.ts'

/** The recorded week that a newcomer sees first. */
export interface Samples {
  status(): Promise<SampleStatus>
  /**
   * Starts to load the sample, which is analysed in the background. Throws CONFLICT if there are events already, NOT_FOUND without a
   * recording.
   */
  load(): Promise<void>
  /** Removes it and all that was found in it; resolves when that is done. */
  remove(): Promise<SampleRemoval>
}
