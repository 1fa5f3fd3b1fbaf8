import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { parseRecords } from '../../api/records.ts'
import { QueryView } from '../../parts/query-view.tsx'
import { Time } from '../../parts/time.tsx'
import { applyMapping, type LogText, type Mapping, typeOf } from './log-text.ts'

const shownEvents = 5
const parsedLines = 200

/** A preview of the first events, as parsed by the server. */
export const Preview = ({ text, mapping }: { readonly text: LogText; readonly mapping: Mapping }) => {
  const lines = text.shape === 'json' ? text.lines : text.lines.slice(0, parsedLines)
  const preview = useQuery({
    queryKey: ['preview', text, mapping],
    queryFn: () => parseRecords({ content: applyMapping({ ...text, lines }, mapping), type: typeOf(text) }),
    placeholderData: keepPreviousData,
    gcTime: 0,
  })
  return (
    <QueryView query={preview} loading="Parsing the first lines…">
      {(events) => (
        <div className="overflow-x-auto border-t border-line">
          <table className="w-full text-left">
            <caption className="sr-only">First parsed events</caption>
            <thead className="text-small text-text-2">
              <tr className="h-row">
                <th scope="col" className="px-4 font-medium">
                  Time
                </th>
                <th scope="col" className="px-2 font-medium">
                  Host
                </th>
                <th scope="col" className="px-2 font-medium">
                  Message
                </th>
              </tr>
            </thead>
            <tbody>
              {events.slice(0, shownEvents).map(({ id, time, time_guessed, kind, fields, message }) => (
                <tr key={id} className="border-t border-line align-top">
                  <td className="px-4 py-1.5 whitespace-nowrap">
                    {kind === 'pipeline_error' ? (
                      <span className="text-high">Not parsed</span>
                    ) : (
                      <>
                        <Time at={time} show="clock" />
                        {time_guessed && <span className="text-small text-text-2"> (guessed)</span>}
                      </>
                    )}
                  </td>
                  <td className="px-2 py-1.5 font-mono text-log">{String(fields['host.name'] ?? '')}</td>
                  <td className="log px-2 py-1.5">{message}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </QueryView>
  )
}
