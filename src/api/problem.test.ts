import { expect, it } from 'vitest'
import { AppError } from '../errors.ts'
import { toProblem } from './problem.ts'

it('spells commands in hints as the reader types them', () => {
  const error = new AppError('NOT_FOUND', 'There is no model.', {
    hint: 'Train one: `vedette train`. Vedette vedettes.',
    errors: [{ path: 'model', message: 'It is missing.', hint: 'See `vedette train --help`.' }],
  })
  expect(toProblem(error, 'r1')).toMatchObject({
    hint: 'Train one: `./vedette train`. Vedette vedettes.',
    errors: [{ path: 'model', message: 'It is missing.', hint: 'See `./vedette train --help`.' }],
  })
})
