import { Link } from '@tanstack/react-router'
import { Circle, CircleCheck } from 'lucide-react'
import type { ReactNode } from 'react'
import { basePath } from '../../api/base-path.ts'
import type { Noun } from '../../api/client.ts'
import { classNames } from '../../parts/class-names.ts'
import { Panel } from '../../parts/panel.tsx'

interface ChecklistProps {
  readonly steps: Noun<'Checklist'>
  readonly className: string
}

/** The first steps, each completed automatically. Hidden when all are done. */
export const Checklist = ({ steps, className }: ChecklistProps) => {
  const done = steps.filter((one) => one.done).length
  if (done === steps.length) return null
  return (
    <Panel title="First steps" aside={`${done} of ${steps.length}`} className={className}>
      <ol className="flex flex-col px-4 pb-3">
        {steps.map(({ step, done: isDone }) => {
          const Icon = isDone ? CircleCheck : Circle
          return (
            <li key={step} className="flex min-h-row items-center gap-2.5">
              <Icon size={16} aria-hidden className={isDone ? 'text-ok' : 'text-text-3'} />
              <span
                className={classNames(
                  'min-w-0 py-1',
                  isDone && 'text-text-2 line-through *:text-text-2 *:no-underline',
                )}
              >
                {texts[step]}
              </span>
              {isDone && <span className="sr-only">done</span>}
            </li>
          )
        })}
      </ol>
    </Panel>
  )
}

const link = 'text-accent underline underline-offset-2'

const texts: Readonly<Record<Noun<'Checklist'>[number]['step'], ReactNode>> = {
  see_why: 'Open an incident to see why it was raised',
  mark_normal: (
    <>
      Mark an alert as normal in the{' '}
      <Link to="/alerts" className={link}>
        queue
      </Link>
    </>
  ),
  add_logs: (
    <Link to="/add" className={link}>
      Add your own logs
    </Link>
  ),
  tell_people: (
    <>
      Set up notifications under <code className="font-mono text-log">notify:</code>
    </>
  ),
  connect_tool: (
    <>
      Connect a tool to the{' '}
      <a href={`${basePath}/docs`} className={link}>
        API
      </a>
    </>
  ),
}
