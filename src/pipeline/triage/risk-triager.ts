import type { Component } from '../../component.ts'
import { assessAlert, type Surroundings } from './assess.ts'
import { riskOptions } from './risk.ts'
import type { Triager } from './triager.ts'

/** Looks up what is known around an alert. */
export type LookAround = (alert: Parameters<Triager['judge']>[0], signal: AbortSignal) => Promise<Surroundings>

/** Makes the component that judges by the risk formula alone. */
export const riskTriager = (lookAround: LookAround): Component<typeof riskOptions, Triager> => ({
  name: 'risk',
  summary: 'Scores each alert by a fixed formula whose arithmetic is kept.',
  options: riskOptions,
  create: (options, { now }) => ({
    name: 'risk',
    judge: async (alert, signal) => assessAlert(alert, now(), await lookAround(alert, signal), options),
  }),
})
