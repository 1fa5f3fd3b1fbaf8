import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { answerOf, api, type Noun } from '../api/client.ts'
import { Button } from '../parts/button.tsx'
import { classNames } from '../parts/class-names.ts'
import { Dialog } from '../parts/dialog.tsx'
import { QueryView } from '../parts/query-view.tsx'
import { Time } from '../parts/time.tsx'

interface LineInContextProps {
  readonly eventId: string
  /** The line as the alert keeps it, for when the events are gone. */
  readonly kept: Noun<'Evidence'> | undefined
  readonly onClose: () => void
}

const steps = [20, 100] as const

/** A line among its neighbours: what its stream said before and after, whatever the filter. */
export const LineInContext = ({ eventId, kept, onClose }: LineInContextProps) => {
  const [around, setAround] = useState<number>(steps[0])
  const event = useQuery({
    queryKey: ['events', eventId, around],
    queryFn: () =>
      answerOf(api.GET('/api/v1/events/{id}', { params: { path: { id: eventId }, query: { context: around } } })),
    retry: false,
    placeholderData: (before) => before,
  })
  return (
    <Dialog open wide onClose={onClose} title="In context" {...(event.data && { description: event.data.stream })}>
      {event.isError && kept ? (
        <div className="mt-2">
          <p className="text-text-2">
            The lines around it have expired, as retention says. The alert keeps the line itself:
          </p>
          <p className="log mt-2 rounded-control bg-sel p-2">{kept.line}</p>
        </div>
      ) : (
        <QueryView query={event} loading="Reading the lines around it…">
          {({ before, after, ...line }) => (
            <>
              <ol className="mt-2 flex flex-col" aria-label="Lines in order of time">
                {before.map((one) => (
                  <ContextLine key={one.id} event={one} />
                ))}
                <ContextLine event={line} here />
                {after.map((one) => (
                  <ContextLine key={one.id} event={one} />
                ))}
              </ol>
              {around < steps[1] && (
                <Button className="mt-3" onClick={() => setAround(steps[1])}>
                  {steps[1]} lines before and after
                </Button>
              )}
            </>
          )}
        </QueryView>
      )}
    </Dialog>
  )
}

const ContextLine = ({
  event: { time, original },
  here = false,
}: {
  readonly event: Pick<Noun<'Event'>, 'id' | 'time' | 'original'>
  readonly here?: boolean
}) => {
  const line = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (here) line.current?.scrollIntoView({ block: 'center' })
  }, [here])
  return (
    <li
      ref={line}
      aria-current={here || undefined}
      className={classNames(
        'flex gap-3 border-l-2 px-2 py-0.5',
        here ? 'border-accent bg-sel font-medium' : 'border-transparent',
      )}
    >
      <span className="shrink-0 pt-px text-small text-text-2">
        <Time at={time} show="clock" />
      </span>
      <span className="log min-w-0">{original}</span>
    </li>
  )
}
