import { describe, expect, it } from 'vitest'
import { someEvent, someTime } from '../shared/some-events.ts'
import { createSiteAnswers } from './site-answers.ts'

type Answer = readonly [path: string, size: number, status?: number]

/** The likeness of the last answer. */
const compareLast = (answers: readonly Answer[], facts: object = {}): string => {
  const site = createSiteAnswers()
  return answers
    .map(([path, size, status = 200], i) =>
      site.compare(
        someEvent(i, someTime + i, {
          fields: {
            'url.path': path.split('?')[0] ?? '',
            'url.original': path,
            'http.response.status_code': status,
            'http.response.body.bytes': size,
            ...(i === answers.length - 1 ? facts : {}),
          },
        }),
      ),
    )
    .at(-1) as string
}

const pages = Array.from({ length: 8 }, (_, i): Answer => [`/page/${i}`, 4000 + 37 * i])

describe('createSiteAnswers', () => {
  it.each<[string, readonly Answer[], string]>([
    ['unlike others, if no other page has its size', [...pages, ['/../etc/passwd', 1533]], 'unlike others'],
    ['like others, if it has the size of the start page', [...pages, ['/', 812], ['/.env', 812]], 'like others'],
    [
      'like others, if two more paths had its size',
      [
        ['/a', 812],
        ['/b', 812],
        ['/.env', 812],
      ],
      'like others',
    ],
    [
      'like others, if they differ by the length of the path',
      [...pages, ['/ab', 803], ['/abcd', 805], ['/.git/config', 812]],
      'like others',
    ],
    [
      'like others, if the page ignores what is asked of it',
      [...pages, ['/about', 2210], ['/about?file=../../etc/passwd', 2210]],
      'like others',
    ],
    [
      'like others, if the start page ignores what is asked of it',
      [...pages, ['/?utm=mail', 5120], ['/?page=../../etc/passwd', 5120]],
      'like others',
    ],
    [
      'unlike others, if the page answers each question with another size',
      [...pages, ['/get?file=a.pdf', 2210], ['/get?file=../../etc/passwd', 1533]],
      'unlike others',
    ],
    ['unknown, if one other path had its size', [...pages, ['/a', 812], ['/.env', 812]], ''],
    ['unknown, if little is known', [...pages.slice(0, 2), ['/.env', 812]], ''],
    ['unknown, if it is empty', [...pages, ['/.env', 0]], ''],
    ['unknown, if the request was refused', [...pages, ['/.env', 812, 403]], ''],
    ['unlike others, however often it is read', [...pages, ['/.env', 812], ['/.env', 812]], 'unlike others'],
  ])('is %s', (_, answers, likeness) => expect(compareLast(answers)).toBe(likeness))

  it('keeps sites apart', () => {
    expect(compareLast([...pages, ['/.env', 812]], { 'url.domain': 'other.example' })).toBe('')
  })
})
