import type { ReactNode } from 'react'
import { statusLabel } from '../../../alert/labels.ts'
import type { Noun } from '../../../api/client.ts'
import { TechniqueChip } from '../../../parts/chip.tsx'
import { formatCount } from '../../../parts/number.ts'
import { Time } from '../../../parts/time.tsx'
import type { Sort } from '../queue-view.ts'

type Alert = Noun<'AlertHead'>

interface Column {
  readonly id: string
  readonly name: string
  /** The width of the CSS grid column. */
  readonly width: string
  readonly sort?: Sort
  readonly cell: (alert: Alert) => ReactNode
}

const entityOf =
  (type: Noun<'Entity'>['type']) =>
  ({ entities }: Alert): ReactNode => {
    const values = entities.filter((entity) => entity.type === type).map(({ value }) => value)
    const [first] = values
    return first === undefined ? (
      none
    ) : (
      <span className="truncate font-mono text-small" title={values.join(', ')}>
        {first}
        {values.length > 1 && <span className="text-text-2"> +{values.length - 1}</span>}
      </span>
    )
  }

const none = (
  <span aria-hidden className="text-text-3">
    –
  </span>
)

/** The available columns, in display order. */
export const columns: readonly Column[] = [
  { id: 'host', name: 'Host', width: '6.5rem', cell: entityOf('host') },
  { id: 'user', name: 'User', width: '6rem', cell: entityOf('user') },
  { id: 'ip', name: 'IP address', width: '8.5rem', cell: entityOf('ip') },
  { id: 'service', name: 'Service', width: '6rem', cell: entityOf('service') },
  {
    id: 'technique',
    name: 'Technique',
    width: '6.5rem',
    cell: ({ techniques: [first] }) => (first === undefined ? none : <TechniqueChip technique={first} />),
  },
  {
    id: 'detector',
    name: 'Detector',
    width: '7rem',
    cell: ({ detectors }) => <span className="truncate text-text-2">{detectors.join(', ')}</span>,
  },
  {
    id: 'source',
    name: 'Source',
    width: '6rem',
    cell: ({ source }) => <span className="truncate text-text-2">{source}</span>,
  },
  {
    id: 'status',
    name: 'Status',
    width: '6.5rem',
    cell: ({ status }) => <span className="truncate text-text-2">{statusLabel(status)}</span>,
  },
  {
    id: 'assignee',
    name: 'Assignee',
    width: '4.5rem',
    cell: ({ assignee }) => (assignee === null ? none : <span className="truncate">{assignee}</span>),
  },
  {
    id: 'events',
    name: 'Lines',
    width: '3.75rem',
    sort: '-event_count',
    cell: ({ event_count }) => (
      <span className="tabular w-full text-right font-mono text-small">{formatCount(event_count)}</span>
    ),
  },
  {
    id: 'last_seen',
    name: 'Last seen',
    width: '7.5rem',
    sort: '-last_seen',
    cell: ({ last_seen }) => (
      <span className="w-full text-right text-text-2">
        <Time at={last_seen} show="clock" />
      </span>
    ),
  },
]

const defaultColumns = ['host', 'technique', 'assignee', 'events', 'last_seen']

/** Returns the columns with these ids, or the default columns if none exist. */
export const columnsOf = (ids: readonly string[]): readonly Column[] => {
  const selected = columns.filter(({ id }) => ids.includes(id))
  return selected.length > 0 ? selected : columns.filter(({ id }) => defaultColumns.includes(id))
}
