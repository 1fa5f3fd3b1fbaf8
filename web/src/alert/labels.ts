import type { Noun } from '../api/client.ts'
import { toLabel } from '../parts/label.ts'

/** The resolutions in the order of their number keys. */
export const resolutions = [
  'true_positive',
  'benign_positive',
  'false_positive',
  'duplicate',
  'expected',
  'other',
] as const satisfies readonly Noun<'Resolution'>[]

export const resolutionLabel = (resolution: string): string =>
  resolution === 'benign_positive' ? 'Benign true positive' : toLabel(resolution)

export const statusLabel = (status: string): string => (status === 'investigating' ? 'In progress' : toLabel(status))

/** Returns whether an alert still needs a decision. */
export const isOpen = ({ status }: Pick<Noun<'Alert'>, 'status'>): boolean =>
  status === 'new' || status === 'triaged' || status === 'investigating'
