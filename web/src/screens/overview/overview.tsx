import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { X } from 'lucide-react'
import { answerOf, api } from '../../api/client.ts'
import { samplesQuery } from '../../api/samples.ts'
import { Button } from '../../parts/button.tsx'
import { Choice } from '../../parts/choice.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { Time } from '../../parts/time.tsx'
import { Screen } from '../../shell/screen.tsx'
import { Checklist } from './checklist.tsx'
import { Health } from './health.tsx'
import { Learning } from './learning.tsx'
import { NeedsYou } from './needs-you.tsx'
import { SampleBar } from './sample-bar.tsx'
import { ranges, toSpan } from './span.ts'
import { Status } from './status.tsx'
import { TimelinePanel } from './timeline-panel.tsx'
import { Unusual } from './unusual.tsx'

/** As many as an hour each takes for a week. */
const mostBars = 170
const againMs = 30_000
/** While the sample is being analysed, people watch. */
const watchedMs = 1_500

/** Everything at a glance: what needs somebody, what was odd when, and whether all is well with the program itself. */
export const Overview = () => {
  const search = useSearch({ from: '/' })
  const navigate = useNavigate({ from: '/' })
  const sample = useQuery(samplesQuery).data
  const isSample = sample?.state === 'loading' || sample?.state === 'loaded'
  const range = search.range ?? (isSample ? '7d' : '24h')
  const span = toSpan(search, range)
  const refetchInterval = sample?.state === 'loading' ? watchedMs : againMs
  const overview = useQuery({
    queryKey: ['overview', span],
    queryFn: () => answerOf(api.GET('/api/v1/overview', { params: { query: span } })),
    placeholderData: keepPreviousData,
    refetchInterval,
  })
  const timeline = useQuery({
    queryKey: ['overview', 'timeline', span],
    queryFn: () => answerOf(api.GET('/api/v1/timeline', { params: { query: { ...span, buckets: mostBars } } })),
    placeholderData: keepPreviousData,
    refetchInterval,
  })
  const brush = (from: number, to: number): void =>
    void navigate({
      to: '/',
      search: { ...search, from: new Date(from).toISOString(), to: new Date(to).toISOString() },
    })
  const unbrush = (): void =>
    void navigate({ to: '/', search: search.range === undefined ? {} : { range: search.range } })

  return (
    <Screen
      title="Overview"
      bar={
        <>
          <Choice
            label="How far back"
            options={ranges.map((value) => ({ value, text: rangeTexts[value] }))}
            chosen={search.from === undefined ? range : undefined}
            onChoose={(chosen) => void navigate({ to: '/', search: { range: chosen } })}
          />
          {search.from !== undefined && search.to !== undefined && (
            <Button onClick={unbrush} title="Show the whole range again">
              <span className="hidden sm:inline">
                <Time at={search.from} show="clock" /> – <Time at={search.to} show="clock" />
              </span>
              <X size={14} aria-hidden />
              <span className="sr-only">Show the whole range again</span>
            </Button>
          )}
        </>
      }
    >
      <QueryView query={overview} what="Counting what came and what was found…">
        {(data) => (
          <div className="mx-auto grid max-w-[100rem] grid-cols-1 gap-4 p-4 md:grid-cols-12 md:p-6">
            {sample && isSample && <SampleBar sample={sample} className="md:col-span-12" />}
            <Status overview={data} className="md:col-span-12" />
            <NeedsYou incidents={data.incidents} className="md:col-span-7 lg:col-span-8" />
            <Unusual detections={data.detections} className="md:col-span-5 lg:col-span-4" />
            <TimelinePanel query={timeline} onBrush={brush} className="md:col-span-12" />
            <Learning learning={data.learning} className="md:col-span-6 lg:col-span-4" />
            <Health sources={data.sources} pipeline={data.pipeline} className="md:col-span-6 lg:col-span-4" />
            <Checklist steps={data.checklist} className="md:col-span-12 lg:col-span-4" />
          </div>
        )}
      </QueryView>
    </Screen>
  )
}

const rangeTexts = { '24h': '24 h', '7d': '7 d', '30d': '30 d' }
