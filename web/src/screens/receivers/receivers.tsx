import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Mail, Send } from 'lucide-react'
import { answerOf, api, type Noun } from '../../api/client.ts'
import { toProblem } from '../../api/problem.ts'
import { useMay } from '../../api/session.ts'
import { Button } from '../../parts/button.tsx'
import { formatCount } from '../../parts/number.ts'
import { QueryView } from '../../parts/query-view.tsx'
import { SeverityBadge } from '../../parts/severity.tsx'
import { AccessDenied, Empty } from '../../parts/states.tsx'
import { Time } from '../../parts/time.tsx'
import { toast } from '../../parts/toast.tsx'
import { Screen } from '../../shell/screen.tsx'

type Receiver = Noun<'Receiver'>

/** The receivers of notifications, with their routes, deliveries and a test. */
export const Receivers = () => {
  const canRead = useMay('analyst')
  const receivers = useQuery({
    queryKey: ['receivers'],
    queryFn: () => answerOf(api.GET('/api/v1/receivers')),
    enabled: canRead,
  })
  if (!canRead) {
    return (
      <Screen title="Receivers">
        <AccessDenied requires="analyst" />
      </Screen>
    )
  }
  return (
    <Screen title="Receivers">
      <QueryView query={receivers} loading="Loading receivers…">
        {({ data }) =>
          data.length === 0 ? (
            <div className="pt-4">
              <Empty title="No receivers">
                <p>
                  Add one under <code className="font-mono">notify:</code> in vedette.yaml to get messages about
                  incidents.
                </p>
              </Empty>
            </div>
          ) : (
            <ul>
              {data.map((receiver) => (
                <ReceiverRow key={receiver.name} receiver={receiver} />
              ))}
            </ul>
          )
        }
      </QueryView>
    </Screen>
  )
}

const ReceiverRow = ({ receiver }: { readonly receiver: Receiver }) => {
  const { name, type, min_severity, route, sent, waiting, failed, last_sent_at, last_error } = receiver
  return (
    <li className="flex flex-wrap items-start gap-x-6 gap-y-2 border-b border-line bg-surface px-4 py-3 md:px-6">
      <div className="min-w-0 flex-1 basis-60">
        <p className="flex flex-wrap items-center gap-x-2">
          <span className="font-[550]">{name}</span>
          <span className="text-text-2">{type}</span>
          <span className="inline-flex items-center gap-1 text-small text-text-2">
            from <SeverityBadge severity={min_severity} />
          </span>
        </p>
        {route.length > 0 && <p className="text-small wrap-anywhere text-text-2">{route.join(' · ')}</p>}
        <p className="tabular text-small text-text-2">
          Last 24 hours: {formatCount(sent)} sent, {formatCount(waiting)} waiting, {formatCount(failed)} failed
          {last_sent_at !== null && (
            <>
              {' · '}last <Time at={last_sent_at} show="ago" />
            </>
          )}
        </p>
        {last_error !== null && <p className="text-small wrap-anywhere">Last error: {last_error}</p>}
      </div>
      <ReceiverActions receiver={receiver} />
    </li>
  )
}

interface Outcome {
  readonly delivered: boolean
  readonly answer: string
  readonly error?: string
  readonly hint?: string
}

const ReceiverActions = ({ receiver: { name, gets_digests } }: { readonly receiver: Receiver }) => {
  const isAdmin = useMay('admin')
  const queries = useQueryClient()
  const path = { params: { path: { name } } }
  const send = useMutation({
    mutationFn: async (what: 'test' | 'digest'): Promise<Outcome> =>
      what === 'test'
        ? answerOf(api.POST('/api/v1/receivers/{name}/test', path))
        : answerOf(api.POST('/api/v1/receivers/{name}/digest', { ...path, body: {} })),
    onSuccess({ delivered, answer, error, hint }, what) {
      const message = what === 'test' ? 'Test message' : 'Digest'
      const reason = [error, answer === '' ? undefined : `Answer: ${answer}.`, hint].filter(
        (part) => part !== undefined,
      )
      toast(
        delivered
          ? `${message} delivered to ${name}. Answer: ${answer === '' ? 'none' : answer}.`
          : `${message} not delivered to ${name}. ${reason.join(' ')}`,
        { error: !delivered },
      )
      return queries.invalidateQueries({ queryKey: ['receivers'] })
    },
    onError: (error) => toast(toProblem(error).message, { error: true }),
  })
  if (!isAdmin) return null
  return (
    <div className="flex flex-wrap gap-2">
      <Button onClick={() => send.mutate('test')} disabled={send.isPending} aria-label={`Send test to ${name}`}>
        <Send size={14} aria-hidden />
        Send test
      </Button>
      {gets_digests && (
        <Button onClick={() => send.mutate('digest')} disabled={send.isPending} aria-label={`Send digest to ${name}`}>
          <Mail size={14} aria-hidden />
          Send digest
        </Button>
      )}
    </div>
  )
}
