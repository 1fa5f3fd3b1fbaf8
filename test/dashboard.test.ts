import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'

const sources = resolve(import.meta.dirname, '../web/src')

it('the dashboard names its colours in tokens.css and nowhere else', () => {
  const files = readdirSync(sources, { recursive: true }).map(String)
  const named = files
    .filter((file) => /\.(css|tsx?)$/.test(file) && file !== 'tokens.css')
    .filter((file) =>
      /#[\da-f]{3}([\da-f]{3})?([\da-f]{2})?\b|\b(rgba?|hsla?|oklch)\(/i.test(
        readFileSync(resolve(sources, file), 'utf8'),
      ),
    )
  expect(named).toEqual([])
  expect(readFileSync(resolve(sources, 'tokens.css'), 'utf8')).toContain('light-dark(#')
})

it('the screens of the dashboard do not know each other', () => {
  const files = readdirSync(resolve(sources, 'screens'), { recursive: true }).map(String)
  const knowing = files
    .filter((file) => /\.tsx?$/.test(file))
    .filter((file) => /from '\.\.\/(?!\.\.\/)/.test(readFileSync(resolve(sources, 'screens', file), 'utf8')))
  expect(knowing).toEqual([])
  expect(files.length).toBeGreaterThan(4)
})
