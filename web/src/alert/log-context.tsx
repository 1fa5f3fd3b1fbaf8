import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { answerOf, api, type Noun } from '../api/client.ts'
import { Button } from '../parts/button.tsx'
import { classNames } from '../parts/class-names.ts'
import { Dialog } from '../parts/dialog.tsx'
import { QueryView } from '../parts/query-view.tsx'
import { Time } from '../parts/time.tsx'

interface LogContextProps {
  readonly eventId: string
  /** The line stored with the alert, shown when the events have expired. */
  readonly fallback: Noun<'Evidence'> | undefined
  readonly onClose: () => void
}

const steps = [20, 100] as const

/** A line with the lines before and after it in its stream, regardless of the filter. */
export const LogContext = ({ eventId, fallback, onClose }: LogContextProps) => {
  const [context, setContext] = useState<number>(steps[0])
  const event = useQuery({
    queryKey: ['events', eventId, context],
    queryFn: () => answerOf(api.GET('/api/v1/events/{id}', { params: { path: { id: eventId }, query: { context } } })),
    retry: false,
    placeholderData: (before) => before,
  })
  return (
    <Dialog open wide onClose={onClose} title="Log context" {...(event.data && { description: event.data.stream })}>
      {event.isError && fallback ? (
        <div className="mt-2">
          <p className="text-text-2">The surrounding lines have expired. The alert stores only this line:</p>
          <p className="log mt-2 rounded-control bg-sel p-2">{fallback.summary ?? fallback.line}</p>
        </div>
      ) : (
        <QueryView query={event} loading="Loading log context…">
          {({ before, after, ...line }) => (
            <>
              <ol className="mt-2 flex flex-col" aria-label="Lines in time order">
                {before.map((one) => (
                  <ContextLine key={one.id} event={one} />
                ))}
                <ContextLine event={line} current />
                {after.map((one) => (
                  <ContextLine key={one.id} event={one} />
                ))}
              </ol>
              {context < steps[1] && (
                <Button className="mt-3" onClick={() => setContext(steps[1])}>
                  Show {steps[1]} lines before and after
                </Button>
              )}
            </>
          )}
        </QueryView>
      )}
    </Dialog>
  )
}

/** Whether a line is JSON or XML, whose message is easier to read. */
const isStructured = (line: string): boolean => /^(?:\{|<Event)/.test(line)

const ContextLine = ({
  event: { time, original, message },
  current = false,
}: {
  readonly event: Pick<Noun<'Event'>, 'id' | 'time' | 'original' | 'message'>
  readonly current?: boolean
}) => {
  const line = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (current) line.current?.scrollIntoView({ block: 'center' })
  }, [current])
  return (
    <li
      ref={line}
      aria-current={current || undefined}
      className={classNames(
        'flex gap-3 border-l-2 px-2 py-0.5',
        current ? 'border-accent bg-sel font-medium' : 'border-transparent',
      )}
    >
      <span className="shrink-0 pt-px text-small text-text-2">
        <Time at={time} show="clock" />
      </span>
      <span className="log min-w-0">{isStructured(original) && message !== '' ? message : original}</span>
    </li>
  )
}
