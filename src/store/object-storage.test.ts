import { afterAll, beforeAll, describe } from 'vitest'
import { silentLog } from '../component.ts'
import { type FakeS3, fakeKeys, startFakeS3 } from '../lib/s3/s3-server.fake.ts'
import { openStore } from './open-store.ts'
import { describeStore } from './store.conformance.ts'

describe('with blocks in object storage', () => {
  let s3: FakeS3
  beforeAll(async () => {
    s3 = await startFakeS3('events')
  })
  afterAll(() => s3.close())
  describeStore('in memory', (now) =>
    openStore('sqlite::memory:', {
      ...{ now, log: silentLog },
      blocks: { ...fakeKeys, bucket: 'events', prefix: '', region: 'us-east-1', endpoint: s3.url },
    }),
  )
})
