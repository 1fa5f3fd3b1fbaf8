import { expect, it } from 'vitest'
import { AppError } from '../errors.ts'
import { exitCodeOf, renderError } from './failure.ts'

it('prints a hint once that a fault and the whole error share', () => {
  const hint = 'Did you mean "status"?'
  const faults = { errors: [{ path: 'q', message: 'has no field "statis".', hint }] }
  const plain = (_style: unknown, text: string) => text
  const render = (own: string) => renderError(new AppError('FILTER_SYNTAX', 'Wrong.', { ...faults, hint: own }), plain)
  expect(render(hint)).toBe(`error: Wrong.\n  q: has no field "statis".  ${hint}\n`)
  expect(render('See the documentation.')).toContain('\nSee the documentation.\n')
})

it('names a file that the system refuses, without a stack', () => {
  const plain = (_style: unknown, text: string) => text
  const refused = Object.assign(new Error("EACCES: permission denied, scandir '/data/rules'"), {
    ...{ code: 'EACCES', syscall: 'scandir', path: '/data/rules' },
  })
  expect(renderError(refused, plain)).toBe('error: Permission denied: /data/rules.\nRun as a user who can read it.\n')
  expect(exitCodeOf(refused)).toBe(3)
  const bug = new TypeError('undefined is not a function')
  expect(renderError(bug, plain)).toContain('failure.test.ts')
  expect(exitCodeOf(bug)).toBe(4)
})
