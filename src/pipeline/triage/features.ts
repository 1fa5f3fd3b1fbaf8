import type { Alert } from '../../schema/alert/alert.ts'

const most = 64

/**
 * Lists the features by which alerts are compared: type, detectors, techniques, wording of the title, and entities. Each feature begins
 * with its kind: `type:`, `ip:`, `template:` and so on.
 */
export const alertFeatures = ({
  type,
  detectors,
  techniques,
  entities,
  title,
  source,
}: Pick<Alert, 'type' | 'detectors' | 'techniques' | 'entities' | 'title' | 'source'>): readonly string[] => {
  const features = [
    `type:${type}`,
    `source:${source}`,
    `title:${wording(title)}`,
    ...detectors.map((name) => `detector:${name}`),
    ...techniques.map((name) => `technique:${name}`),
    ...entities.map((entity) => `${entity.type}:${entity.value.toLowerCase()}`),
  ]
  return [...new Set(features)].slice(0, most)
}

/** Removes numbers and addresses from a title. */
const wording = (title: string): string =>
  title
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => !/\d/.test(word))
    .join(' ')
