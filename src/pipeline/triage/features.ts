import type { Alert } from '../../schema/alert.ts'

const most = 64

/**
 * Lists what two alerts can have in common: kind of trouble, detectors, techniques, the wording of the title, and every thing that
 * they are about. Each feature begins with what it is: `type:`, `ip:`, `template:` …
 */
export const featuresOf = ({
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

/** A title without its numbers and addresses: what such alerts are called. */
const wording = (title: string): string =>
  title
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => !/\d/.test(word))
    .join(' ')
