import { readdirSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { expect, it } from 'vitest'

const sources = resolve(import.meta.dirname, '../web/src')

it('the dashboard defines colours only in tokens.css', () => {
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

it('the screens of the dashboard do not import each other', () => {
  const screens = resolve(sources, 'screens')
  const files = readdirSync(screens, { recursive: true })
    .map(String)
    .filter((file) => /\.tsx?$/.test(file))
  const screenOf = (path: string) => path.split('/')[0]
  const foreign = files.flatMap((file) =>
    [...readFileSync(resolve(screens, file), 'utf8').matchAll(/from '(\.[^']+)'/g)]
      .map(([, path = '']) => relative(screens, resolve(screens, dirname(file), path)))
      .filter((path) => !path.startsWith('..') && screenOf(path) !== screenOf(file))
      .map((path) => `${file} imports ${path}`),
  )
  expect(foreign).toEqual([])
  expect(files.length).toBeGreaterThan(4)
})
