import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { quote } from '../../alert/filter-text.ts'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { formatCount, plural } from '../../parts/number.ts'
import { QueryView } from '../../parts/query-view.tsx'
import { Empty } from '../../parts/states.tsx'
import { Time } from '../../parts/time.tsx'
import { Screen } from '../../shell/screen.tsx'

type Source = Noun<'Source'>

/** Above this share of parsed lines, a source is healthy. */
const healthyPercent = 99
const refetchMs = 30_000
const shownFormats = 3

/** The sources of logs: how many of their lines are parsed, as what, and samples of those that are not. */
export const Sources = () => {
  const sources = useQuery({
    queryKey: ['sources'],
    queryFn: () => answerOf(api.GET('/api/v1/sources')),
    refetchInterval: refetchMs,
  })
  return (
    <Screen
      title="Sources"
      bar={
        <Link to="/add" className="ml-auto text-accent hover:underline">
          Add logs
        </Link>
      }
    >
      <QueryView query={sources} loading="Loading sources…">
        {({ data }) =>
          data.length === 0 ? (
            <div className="pt-4">
              <Empty title="No sources yet">
                <p>A source appears here with its first line.</p>
              </Empty>
            </div>
          ) : (
            <ul>
              {data.map((source) => (
                <SourceRow key={source.source} source={source} />
              ))}
            </ul>
          )
        }
      </QueryView>
    </Screen>
  )
}

const SourceRow = ({ source }: { readonly source: Source }) => {
  const { source: name, records, parsed_percent, formats, unparsed, missing_packs, last_seen } = source
  const filter = `source:${quote(name)}`
  return (
    <li className="border-b border-line bg-surface px-4 py-3 md:px-6">
      <div className="flex flex-wrap items-baseline gap-x-6 gap-y-1">
        <h2 className="min-w-0 flex-1 basis-60 font-mono text-log font-semibold wrap-anywhere">{name}</h2>
        <p className="tabular text-small text-text-2">
          {plural(records, 'line')}
          {' · '}
          <span className={parsed_percent < healthyPercent ? 'font-medium text-high' : undefined}>
            {parsed_percent} % parsed
          </span>
          {' · last '}
          <Time at={last_seen} show="ago" />
        </p>
        <p className="flex gap-4 text-small">
          <Link to="/logs" search={{ q: filter }} className="text-accent hover:underline">
            Lines<span className="sr-only"> of {name}</span>
          </Link>
          <Link to="/alerts" search={{ q: filter }} className="text-accent hover:underline">
            Alerts<span className="sr-only"> of {name}</span>
          </Link>
        </p>
      </div>
      {formats.length > 0 && (
        <p className="mt-1 text-small text-text-2">
          Format:{' '}
          {formats
            .slice(0, shownFormats)
            .map(({ format, count }) => `${format} (${formatCount(count)})`)
            .join(', ')}
          {formats.length > shownFormats && ` and ${formats.length - shownFormats} more`}
        </p>
      )}
      {missing_packs.map((pack) => (
        <MissingPack key={pack.product} pack={pack} />
      ))}
      {unparsed.length > 0 && <Unparsed shapes={unparsed} />}
    </li>
  )
}

const MissingPack = ({ pack: { reason, commands } }: { readonly pack: Source['missing_packs'][number] }) => (
  <div className="mt-1 text-small">
    <p>{reason}</p>
    <pre className="mt-1 overflow-x-auto rounded-control bg-sel p-2 font-mono text-log">{commands.join('\n')}</pre>
  </div>
)

const Unparsed = ({ shapes }: { readonly shapes: Source['unparsed'] }) => (
  <details className="mt-1">
    <summary className="min-h-6 text-small">
      Lines that are not parsed, {plural(shapes.length, 'kind')}. They are stored and searched as text.
    </summary>
    <ul className="mt-1 flex flex-col gap-1">
      {shapes.map(({ shape, count, sample }) => (
        <li key={`${shape} ${sample}`}>
          <p className="tabular text-small text-text-2">
            {formatCount(count)} × {shape}
          </p>
          <p className="log line-clamp-3 rounded-control bg-sel p-2 wrap-anywhere">{sample}</p>
        </li>
      ))}
    </ul>
    <Hint>
      Declare the format in a YAML file under <code className="font-mono">formats.paths</code>, or map its fields in{' '}
      <Link to="/add" className="text-accent underline">
        Add logs
      </Link>
      .
    </Hint>
  </details>
)

const Hint = ({ children }: { readonly children: ReactNode }) => (
  <p className="mt-1 text-small text-text-2">{children}</p>
)
