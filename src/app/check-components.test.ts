import { expect, it } from 'vitest'
import { loadConfig } from '../config.ts'
import { AppError } from '../errors.ts'
import { checkComponents } from './check-components.ts'

const check = (yaml: string): readonly string[] => {
  const { config } = loadConfig({
    flags: {},
    env: {},
    cwd: '/app',
    readText: (path) => (path === '/app/vedette.yaml' ? yaml : undefined),
  })
  try {
    checkComponents(config)
    return []
  } catch (error) {
    return error instanceof AppError
      ? error.errors.map(({ path, message, hint }) => `${path} ${message} ${hint ?? ''}`)
      : []
  }
}

it('names every fault in the options of sources, detectors and receivers', () => {
  expect(check('detectors: [{ type: sequence }]')).toEqual([])
  const faults = check(`
sources: [{ name: a, type: file, paths: [], zone: Mars }, { name: b, type: fiel }]
detectors: [{ type: sequenc }]
notify: [{ name: hook, type: webhook }]
`)
  expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
    'sources.0.paths',
    'sources.0.zone',
    'sources.1.type',
    'detectors.0.type',
    'notify.0.url',
  ])
  expect(faults[2]).toContain('Did you mean "file"?')
})
