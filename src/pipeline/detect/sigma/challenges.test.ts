import { expect, it } from 'vitest'
import { hour } from '../../../lib/units/time.ts'
import { someEvent, someTime } from '../shared/some-events.ts'
import { createChallenges } from './challenges.ts'

interface Request {
  readonly status: number
  readonly user?: string
  readonly page?: string
  readonly address?: string
  readonly time?: number
}

const challengesAmong = (requests: readonly Request[]): readonly boolean[] => {
  const challenges = createChallenges()
  return requests.map(({ status, user, page = '/svn/', address = '10.0.0.7', time = 0 }, i) =>
    challenges.follow(
      someEvent(i, someTime + time + i, {
        fields: {
          ...{ 'http.response.status_code': status, 'http.request.method': 'GET', 'url.path': page },
          'source.ip': address,
          ...(user !== undefined && { 'user.name': user }),
        },
      }),
    ),
  )
}

const refused: Request = { status: 401 }
const named: Request = { status: 207, user: 'kim' }
const times = (count: number, request: Request): readonly Request[] => Array.from({ length: count }, () => request)

it('says that a refusal is a challenge after the first one was answered', () => {
  expect(challengesAmong([refused, named, refused, named, refused])).toEqual([false, false, true, false, true])
  // NTLM is refused twice, and a registry's answers name nobody.
  expect(challengesAmong([refused, refused, named, refused, refused])).toEqual([false, false, false, true, true])
  expect(challengesAmong([refused, { status: 200 }, refused])).toEqual([false, false, true])
})

it.each<[string, readonly Request[]]>([
  ['of a client that was never answered', times(70, refused)],
  ['of another client', [refused, named, { ...refused, address: '203.0.113.9' }]],
  ['after another page was answered, which may ask for no password', [refused, { status: 200, page: '/' }, refused]],
  ['after an error', [refused, { status: 500 }, refused]],
  ['more than an hour after the last answer', [refused, named, { ...refused, time: 2 * hour }]],
])('says of no refusal that it is a challenge: %s', (_, requests) =>
  expect(challengesAmong(requests)).not.toContain(true),
)

it('says so of ten refusals in a row at most, so that guesses behind the address of a user are counted', () => {
  const found = challengesAmong([refused, named, ...times(70, refused)])
  expect(found.filter(Boolean)).toHaveLength(10)
  expect(found.at(-1)).toBe(false)
})
