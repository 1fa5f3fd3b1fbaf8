import { type ReactNode, useEffect, useState } from 'react'
import { toProblem } from '../api/problem.ts'
import { Button } from './button.tsx'
import { CopyButton } from './copy-button.tsx'

/** A loading state, shown only after a noticeable delay. */
export const Loading = ({ label }: { readonly label: string }) => {
  const [delayed, setDelayed] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setDelayed(true), 150)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div role="status" className="flex flex-col gap-3 p-4" aria-busy>
      {delayed && (
        <>
          <p className="text-small text-text-2">{label}</p>
          {[90, 70, 80].map((width) => (
            <div key={width} className="h-3 animate-pulse rounded-chip bg-line/60" style={{ width: `${width}%` }} />
          ))}
        </>
      )}
    </div>
  )
}

interface EmptyProps {
  /** A short title: "No open incidents" */
  readonly title: string
  /** The suggested next step. */
  readonly children?: ReactNode
}

/** An empty state. */
export const Empty = ({ title, children }: EmptyProps) => (
  <div className="flex flex-col items-start gap-2 px-4 pt-2 pb-5">
    <p className="font-medium">{title}</p>
    {children !== undefined && <div className="flex flex-col items-start gap-2 text-text-2">{children}</div>}
  </div>
)

interface ErrorNoticeProps {
  readonly error: unknown
  readonly onRetry?: () => void
}

/** Shows an error, its hint, and details to copy for support. */
export const ErrorNotice = ({ error, onRetry }: ErrorNoticeProps) => {
  const problem = toProblem(error)
  const support = JSON.stringify({
    page: location.pathname + location.search,
    title: problem.title,
    detail: problem.message,
    code: problem.code,
    status: problem.status,
    request_id: problem.requestId,
  })
  return (
    <div role="alert" className="m-4 flex flex-col items-start gap-2 rounded-control border border-critical/50 p-4">
      <p className="font-medium text-critical">{problem.title}</p>
      {problem.message !== problem.title && <p>{problem.message}</p>}
      {problem.hint !== undefined && <p className="text-text-2">{problem.hint}</p>}
      {problem.requestId !== undefined && (
        <p className="text-small text-text-2">
          Request ID <span className="font-mono">{problem.requestId}</span>
        </p>
      )}
      <div className="mt-1 flex gap-2">
        {onRetry && <Button onClick={onRetry}>Retry</Button>}
        <CopyButton text={support} label="Copy for support" />
      </div>
    </div>
  )
}

/**
 * Shown when the user lacks a role.
 * @public
 */
export const AccessDenied = ({ requires }: { readonly requires: string }) => (
  <Empty title={`Requires the ${requires} role`}>
    <p>
      Ask an admin to give your account this role under Users. If you signed in with a token, ask for another one:{' '}
      <code className="font-mono">./vedette token create --role {requires}</code>
    </p>
  </Empty>
)
