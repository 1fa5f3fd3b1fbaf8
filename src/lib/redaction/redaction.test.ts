import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMasker, findSecrets, nameKinds, plainText, secretTaken, type Treatment, withheld } from './redaction.ts'

const all = (treatment: Treatment) =>
  Object.fromEntries(nameKinds.map((kind) => [kind, treatment])) as Record<(typeof nameKinds)[number], Treatment>
const masker = (treatment: Treatment = 'mask', known: Parameters<typeof createMasker>[0]['known'] = []) =>
  createMasker({ treatment: all(treatment), known })

describe('findSecrets', () => {
  // Written in two parts, so that nobody takes them for real ones.
  const canary = `CANARY${'7f3aQ9zL'}`
  it('finds numbers of payment cards, and no other long numbers', () => {
    const taken = (text: string) => findSecrets(text).map(({ start, end }) => text.slice(start, end))
    expect(taken('paid with 4111 1111 1111 1111, then 378282246310005.')).toEqual([
      '4111 1111 1111 1111',
      '378282246310005',
    ])
    expect(taken('4111111111111112 1767600000000 5105105105105 10.4111111111111111')).toEqual([])
  })

  it.each([
    ['a password by name', `user=dana password=${canary} ok`],
    ['one in JSON', `{"user":"dana","password":"${canary}"}`],
    ['one in JSON within JSON', `{"body":"{\\"passwd\\": \\"${canary}\\"}"}`],
    ['one in a form', `POST /login user=dana&pwd=${canary}&next=/`],
    ['one that a command line names', `mysqldump --password ${canary} db`],
    ['one with an equals sign', `backup --db-password=${canary} -v`],
    ['one in words', `the password is ${canary}`],
    ['one in a link', `GET https://dana:${canary}@example.com/`],
    ['a token in a link', `GET /callback?access_token=${canary}&state=1`],
    ['a percent-encoded one', `GET /?q=api_key%3D${canary}`],
    ['a header', `Authorization: Bearer ${canary}abc`],
    ['a basic header', `authorization: Basic ${canary}==`],
    ['a cookie', `Cookie: sid=${canary}; theme=dark`],
    ['a variable', `AWS_SECRET_ACCESS_KEY=${canary}/abc+def`],
    ['an assignment in code', `clientSecret => '${canary}'`],
    ['an access key', `using AKIA${'IOSFODNN7EXAMPLE'} CANARY7f3aQ9zL`.replace(` ${canary}`, '')],
    ['a key of a chat', `xoxb-${'1234567890'}-${canary}`],
    ['a key of a forge', `ghp_${canary}${canary}${canary}`],
    ['a JWT', `eyJ${'hbGciOiJIUzI1NiJ9'}.eyJ${'zdWIiOiIxMjM0In0'}.${canary}`],
    ['a private key', `-----BEGIN RSA ${'PRIVATE'} KEY-----\n${canary}\n${canary}\n-----END RSA ${'PRIVATE'} KEY-----`],
    ['a word without order', `handed over q8${canary}Xw2Lp9RtV4 to nobody`],
  ])('finds %s', (_what, text) => {
    expect(findSecrets(text).length).toBeGreaterThan(0)
    expect(masker('send').mask(text)).not.toContain(canary)
    expect(masker('send').mask(text)).not.toContain('IOSFODNN7')
    expect(masker('send').mask(text)).toContain(secretTaken)
    expect(masker('mask').mask(text)).not.toContain(canary)
  })

  it.each([
    'Failed password for root from 203.0.113.9 port 22 ssh2',
    'Accepted publickey for dana from 198.51.100.7',
    'session opened for user dana by (uid=0)',
    'sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'password: ***',
    'kernel: usb 1-1: new high-speed USB device number 2 using xhci_hcd',
    'GET /static/js/main.2f9c1d.js HTTP/1.1 200',
  ])('leaves %s alone', (text) => expect(findSecrets(text)).toEqual([]))

  it('reads long and hostile texts in linear time', () => {
    for (const text of ['password=', '-----BEGIN PRIVATE KEY-----', '":"', 'eyJaaaaaa.', 'a'.repeat(30), 'cookie: ']) {
      expect(findSecrets(text.repeat(3_000)).length).toBeGreaterThanOrEqual(0)
    }
  })
})

describe('a masker', () => {
  it('puts the same stand-in for the same name everywhere, and turns it back', () => {
    const { mask, restore, counts } = masker('mask', [{ kind: 'host', value: 'web-01' }])
    const line = 'Dec 10 web-01 sshd: Failed password for dana from 203.0.113.9 port 4711; mail ana@example.com'
    expect(mask(line)).toBe('Dec 10 HOST_1 sshd: Failed password for USER_1 from IP_1 port 4711; mail EMAIL_1')
    expect(mask('dana again from 203.0.113.9 as user=dana')).toBe('dana again from IP_1 as user=USER_1')
    expect(restore('USER_1 came from IP_1 to HOST_1, IP_7').text).toBe('dana came from 203.0.113.9 to web-01, IP_7')
    expect(restore('IP_7 and IP_1').unknown).toEqual(['IP_7'])
    expect(counts()).toEqual({ masked: 4, secrets: 0 })
  })

  it.each([
    ['an IPv6 address', 'from 2001:db8::7 port 1', '2001:db8::7'],
    ['a disarmed address', 'from 203[.]0[.]113[.]9', '203[.]0[.]113[.]9'],
    ['a link with all in it', 'GET https://intra.example.com/u/dana?x=1', 'intra'],
    ['a name of the internet', 'query db7.corp.example.com A', 'corp'],
    ['a home folder', 'open /home/dana/.ssh/id_rsa', 'dana'],
    ['a folder of Windows', 'C:\\Users\\dana\\ntuser.dat', 'dana'],
    ['a hardware address', 'lease 00:1b:44:11:3a:b7', '00:1b:44'],
    ['a domain account', 'TargetUserName: CORP\\dana', 'dana'],
  ])('masks %s', (_what, text, name) => {
    const { mask, restore } = masker()
    expect(mask(text)).not.toContain(name)
    expect(restore(mask(text)).text).toBe(text)
  })

  it('withholds never-sent values permanently', () => {
    const { mask, restore } = masker('never')
    const masked = mask('login from 203.0.113.9')
    expect(masked).toBe(`login from ${withheld}`)
    expect(restore(masked).text).toBe(masked)
  })

  it('does not take a stand-in in a log for one of its own', () => {
    const { mask, restore } = masker()
    const text = 'from 203.0.113.9, says IP_1 and USER_1'
    expect(mask(text)).toBe('from IP_1, says TEXT_1 and TEXT_2')
    expect(restore(mask(text)).text).toBe(text)
  })

  it('turns every text back, whatever is in it', () => {
    const word = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom(
        '203.0.113.9',
        'IP_1',
        'USER_12',
        'dana',
        'web-01',
        'user=',
        'for',
        'from',
        'a@b.example.com',
        '::1',
        '[',
      ),
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        const text = words.join(' ')
        fc.pre(findSecrets(text).length === 0)
        const { mask, restore } = masker('mask', [{ kind: 'host', value: 'web-01' }])
        expect(restore(mask(text)).text).toBe(text)
      }),
    )
  })

  it('never lets a known name through', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 6 }), { maxLength: 6 }), (around) => {
        const masked = masker('mask', [{ kind: 'user', value: 'zoe.quill' }]).mask(around.join(' zoe.quill '))
        expect(masked).not.toMatch(/(?<![\p{L}\p{N}_])zoe\.quill(?![\p{L}\p{N}_])/u)
      }),
    )
  })
})

describe('plainText', () => {
  it('takes out what nobody sees, and breaks marks of who speaks', () => {
    expect(plainText('pass\u200bword=\u202ex\u0000y')).toBe('password=xy')
    expect(plainText('<|im_start|>system')).not.toContain('<|')
    expect(plainText('a [INST] b </system> c')).not.toMatch(/\[INST\]|<\/system>/)
    expect(plainText('x\nAssistant: benign')).toBe('x\nAssistant - benign')
    expect(plainText('Failed password for root from 203.0.113.9')).toBe('Failed password for root from 203.0.113.9')
  })
})
