import type { Component } from '../../component.ts'
import { assessAlert } from './assess.ts'
import { riskOptions } from './risk.ts'
import type { Triager } from './triager.ts'

/** Scores alerts by the risk formula alone. */
export const riskTriager: Component<typeof riskOptions, Triager> = {
  name: 'risk',
  summary: 'Scores each alert by a fixed formula and stores every step of the calculation.',
  options: riskOptions,
  create: (options, { now }) => ({
    name: 'risk',
    assess: async (alert, surroundings) => assessAlert(alert, now(), surroundings, options),
  }),
}
