import { BaseSequencer, type TestSequencer, type TestSpecification } from 'vitest/node'

/**
 * Starts the given files first, the others by their size. Without the durations of an earlier run, as in CI, Vitest knows only the sizes: a
 * short file that takes minutes would begin last and run alone.
 */
export const longestFirst = (
  paths: readonly string[],
): (new (
  ...given: ConstructorParameters<typeof BaseSequencer>
) => TestSequencer) =>
  class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const rank = ({ moduleId }: TestSpecification) => {
        const place = paths.findIndex((path) => moduleId.endsWith(path))
        return place < 0 ? paths.length : place
      }
      return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
    }
  }
